// The pages' sentences in French, with vous. Their shape is that of en-US.ts.
import type { PageText } from './en-US.ts';

export const frFR: PageText = {
  shell: {
    language: 'Langue',
    safety:
      'Gardez pour vous le lien et le code de votre e-mail. Nous ne les demandons jamais par téléphone ni par message.',
    optional: 'facultatif',
    errorPrefix: 'Erreur',
    problemsTitle: 'Veuillez vérifier votre saisie',
  },
  fields: {
    password: 'Mot de passe',
    newPassword: 'Nouveau mot de passe',
    currentPassword: 'Votre mot de passe actuel',
    givenName: 'Prénom',
    familyName: 'Nom',
    name: 'Votre nom',
    email: 'Adresse e-mail',
    code: 'Code reçu par e-mail',
    acceptTerms: 'Conditions',
  },
  hints: {
    name: 'Laissez ces champs vides si votre compte contient déjà votre nom.',
    code: '8 lettres et chiffres. Les majuscules et les espaces n’ont pas d’importance.',
    password: (min) => `Au moins ${min} caractères, 128 au plus. Une phrase de quelques mots convient très bien.`,
    passwordOrExisting: (min) =>
      `Première visite\u00a0? Choisissez-en un d’au moins ${min} caractères, 128 au plus\u00a0; une phrase de ` +
      `quelques ` +
      'mots convient très bien.\nSi vous avez déjà un compte avec cette adresse, saisissez votre mot de passe actuel.',
    existingPassword: 'Celui avec lequel vous vous connectez aujourd’hui. Il ne change pas.',
    passwordAgain: 'Le mot de passe n’est jamais rempli à votre place\u00a0: veuillez le saisir à nouveau.',
  },
  acceptTerms: (version) => `J’accepte les conditions de l’organisation (version ${version}).`,
  accept: {
    title: 'Accepter votre invitation',
    lead: 'Remplissez ce court formulaire pour nous rejoindre.',
    leadWithCode: 'Saisissez l’adresse à laquelle l’invitation a été envoyée et le code indiqué dans l’e-mail.',
    existing: 'Vous avez déjà un compte. Saisissez votre mot de passe actuel, et l’invitation y sera ajoutée.',
    submit: 'Accepter l’invitation',
  },
  reset: {
    title: 'Choisir un nouveau mot de passe',
    lead: 'L’enregistrer vous déconnecte partout. Connectez-vous ensuite avec le nouveau mot de passe.',
    leadWithCode:
      'Saisissez votre adresse, le code reçu par e-mail et un nouveau mot de passe. ' +
      'L’enregistrer vous déconnecte partout.',
    submit: 'Enregistrer le mot de passe',
    ask: 'Je n’ai pas encore de code',
  },
  verify: {
    title: 'Confirmer votre adresse e-mail',
    lead: 'Un clic suffit pour nous assurer que cette adresse est la vôtre.',
    leadWithCode: 'Saisissez le code indiqué dans l’e-mail que nous avons envoyé à cette adresse.',
    leadWithNothing:
      'Ouvrez le lien de l’e-mail que nous vous avons envoyé. Si vous ne le trouvez pas, regardez dans vos courriers ' +
      'indésirables, ou demandez-en un nouveau dans les paramètres du compte de votre application.',
    submit: 'Confirmer cette adresse',
    submitCode: 'Confirmer cette adresse',
  },
  forgot: {
    title: 'Mot de passe oublié\u00a0?',
    lead: 'Saisissez l’adresse de votre compte. Nous vous enverrons un lien pour choisir un nouveau mot de passe.',
    submit: 'Envoyer l’e-mail',
    haveCode: 'J’ai déjà un code',
  },
  required: {
    password: 'Saisissez un mot de passe.',
    givenName: 'Saisissez votre prénom.',
    familyName: 'Saisissez votre nom.',
    email: 'Saisissez votre adresse e-mail.',
    code: 'Saisissez le code reçu par e-mail.',
    acceptTerms: 'Acceptez les conditions pour continuer.',
    form: 'Il manque quelque chose. Veuillez remplir le formulaire à nouveau.',
  },
  problems: {
    'too-short': ({ min = 15 }) => `Utilisez au moins ${min} caractères.`,
    'too-long': ({ max }) =>
      max ? `Utilisez ${max} caractères au plus.` : 'Ce texte est trop long. Veuillez le raccourcir.',
    blocklisted: () =>
      'Ce mot de passe est trop courant ou figure dans une fuite de données connue. Choisissez-en un autre.',
    'context-word': () => 'Ce mot de passe contient votre nom ou votre adresse. Choisissez-en un autre.',
    'same-as-current': () => 'C’est votre mot de passe actuel. Choisissez-en un nouveau.',
    'email-invalid': () => 'Saisissez une adresse complète, par exemple nom@example.com.',
    'wrong-code': () =>
      'Ce code ne fonctionne pas. Vérifiez votre saisie et utilisez le code de l’e-mail le plus récent.',
    'wrong-password': () => 'Ce n’est pas le mot de passe de votre compte. Réessayez.',
    'terms-required': () => 'Acceptez les conditions pour continuer.',
    'name-invalid': () => 'Un nom ne peut contenir ni adresse web ni caractères invisibles.',
  },
  unknownProblem: 'Cette saisie n’a pas pu être acceptée. Veuillez la vérifier et réessayer.',
  notices: {
    'terms-added':
      'Encore une étape\u00a0: cette organisation vous demande d’accepter ses conditions pour la rejoindre.',
    'second-factor':
      'Votre compte demande une seconde étape de connexion. Connectez-vous dans votre application et acceptez-y ' +
      'l’invitation\u00a0; elle reste ouverte.',
  },
  done: {
    'invite-accepted': { title: 'Bienvenue', body: ['Vous avez accepté l’invitation.'] },
    'password-reset': {
      title: 'Votre nouveau mot de passe est enregistré',
      body: [
        'Toutes vos sessions ont été fermées. Veuillez vous reconnecter dans votre application avec le nouveau mot ' +
          'de passe.',
      ],
    },
    'email-verified': { title: 'Votre adresse est confirmée', body: ['Merci. Vous n’avez plus rien à faire ici.'] },
    'reset-asked': {
      title: 'Consultez votre messagerie',
      body: [
        'Si un compte utilise cette adresse, un e-mail contenant un lien est en route. Le lien fonctionne ' +
          'pendant 1 heure.',
        'Rien reçu\u00a0? Regardez dans vos courriers indésirables et attendez une minute avant de refaire une ' +
          'demande.',
      ],
      next: 'Refaire une demande',
    },
  },
  doneFacts: { org: 'Organisation', email: 'Adresse' },
  goOn: 'Continuer',
  signInInApp: 'Vous pouvez fermer cette page et vous connecter dans votre application.',
  enterCode: 'Saisir le code reçu par e-mail',
  dead: {
    'accept-invite': {
      title: 'Ce lien d’invitation ne fonctionne plus',
      body: [
        'Un lien fonctionne une seule fois et pour une durée limitée, et un e-mail plus récent le remplace.',
        'Demandez à la personne à l’origine de l’invitation de la renvoyer.',
        'Si vous l’avez déjà acceptée, connectez-vous dans votre application ou choisissez un nouveau mot de passe.',
      ],
      next: 'Choisir un nouveau mot de passe',
    },
    'reset-password': {
      title: 'Ce lien ne fonctionne plus',
      body: [
        'Un lien fonctionne une seule fois et pendant 1 heure, et un e-mail plus récent le remplace.',
        'Son ouverture n’a pas changé votre mot de passe. Demandez un nouvel e-mail et utilisez le lien qu’il ' +
          'contient.',
      ],
      next: 'Demander un nouvel e-mail',
    },
    'verify-email': {
      title: 'Ce lien ne fonctionne plus',
      body: [
        'Un lien fonctionne une seule fois et pendant 24 heures, et un e-mail plus récent le remplace.',
        'Ouvrez les paramètres du compte de votre application et recommencez à partir de là. Vous recevrez un nouvel ' +
          'e-mail.',
      ],
    },
  },
  refused: {
    'cross-site': {
      title: 'Cet envoi ne vient pas de notre page',
      body: [
        'Le formulaire a été envoyé depuis un autre site. Nous n’en avons donc rien fait.',
        'Ouvrez à nouveau le lien de votre e-mail et remplissez-y le formulaire.',
      ],
    },
    'too-many': {
      title: 'Trop de tentatives',
      body: ['Nous faisons une courte pause pour protéger les comptes.'],
    },
    unavailable: {
      title: 'Nous ne pouvons pas répondre pour le moment',
      body: [
        'Le problème vient de chez nous.',
        'Revenez alors en arrière et renvoyez le formulaire. Si la page indique que le lien ne fonctionne plus, ' +
          'votre envoi a probablement été enregistré\u00a0: essayez de vous connecter dans votre application.',
      ],
    },
    'not-found': {
      title: 'Il n’y a pas de page ici',
      body: ['Veuillez vérifier l’adresse, ou ouvrir à nouveau le lien de votre e-mail.'],
    },
    'bad-request': {
      title: 'Nous n’avons pas pu lire ce formulaire',
      body: [
        'Il est arrivé incomplet et nous n’en avons rien fait. Ouvrez à nouveau le lien de votre e-mail et ' +
          'recommencez.',
      ],
    },
    forbidden: {
      title: 'Ce n’est pas possible',
      body: [
        'Nous ne sommes pas autorisés à le faire pour vous, et rien n’a été modifié.',
        'Adressez-vous à la personne à l’origine de l’invitation ou à l’administrateur de votre organisation.',
      ],
    },
  },
  wait: (duration) => `Veuillez réessayer dans ${duration ?? 'quelques minutes'}.`,
};
