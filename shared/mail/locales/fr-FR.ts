// The letters' sentences in French, formal. \u00a0 keeps a colon on the line of its word. Not here: the pages'
// sentences (shared/pages), the layout.
import type { Sentences } from '../sentences.ts';

const NOTHING_TO_DO = 'Si vous n’avez pas demandé de nouveau mot de passe, vous n’avez rien à faire.';

export const frFR: Sentences = {
  locale: 'fr-FR',
  greeting: (name) => (name ? `Bonjour ${name},` : 'Bonjour,'),
  linkLine: 'Si le bouton ne fonctionne pas, copiez ce lien dans votre navigateur\u00a0:',
  codeLine: (page) =>
    page ? `Ou saisissez ce code sur ${page}\u00a0:` : 'Ou saisissez ce code là où vous avez demandé cet e-mail\u00a0:',
  expiry: (when) => `Le lien et le code sont valables une seule fois, jusqu’au ${when}.`,
  noteLine: (inviter) => (inviter ? `${inviter} vous écrit\u00a0:` : 'Un mot pour vous\u00a0:'),
  footer: (org) => `Envoyé par Rollcall pour ${org}. Cet e-mail est automatique\u00a0; les réponses ne sont pas lues.`,
  letters: {
    invite: {
      subject: ({ inviter, org }) =>
        inviter ? `${inviter} vous invite à rejoindre ${org}` : `Invitation à rejoindre ${org}`,
      title: 'Vous avez une invitation',
      preview: ({ org }) => `Acceptez l’invitation pour utiliser votre compte chez ${org}.`,
      body: ({ inviter, org, to }) => [
        inviter ? `${inviter} vous invite à rejoindre ${org}.` : `Vous recevez une invitation à rejoindre ${org}.`,
        `Acceptez l’invitation pour commencer à utiliser votre compte. Il sera lié à l’adresse ${to}.`,
      ],
      button: 'Accepter l’invitation',
      ignore: ({ org }) =>
        `Si vous ne connaissez pas ${org} ou n’attendiez pas cette invitation, vous pouvez ignorer cet e-mail\u00a0: il ne se passera rien.`,
    },
    activation: {
      subject: ({ org }) => `Activez votre compte chez ${org}`,
      title: 'Activez votre compte',
      preview: () => 'Choisissez un mot de passe et votre compte sera prêt.',
      body: ({ org }) => [
        `Votre compte chez ${org} vous attend. Choisissez un mot de passe et il sera prêt à l’emploi.`,
      ],
      button: 'Activer mon compte',
      ignore: ({ org }) =>
        `Si vous ne connaissez pas ${org} ou n’avez rien demandé, vous pouvez ignorer cet e-mail\u00a0: le compte restera inactif.`,
    },
    'password-reset': {
      subject: ({ org }) => `Choisissez un nouveau mot de passe pour ${org}`,
      title: 'Choisissez un nouveau mot de passe',
      preview: () => 'Vous avez demandé un nouveau mot de passe. Voici votre lien.',
      body: ({ org }) => [
        `Nous avons reçu une demande de nouveau mot de passe pour votre compte chez ${org}.`,
        'Choisissez-le dès maintenant. Par sécurité, tous vos appareils seront ensuite déconnectés.',
      ],
      button: 'Choisir un mot de passe',
      ignore: () =>
        'Si cette demande ne vient pas de vous, vous pouvez ignorer cet e-mail\u00a0: votre mot de passe reste inchangé.',
    },
    'address-proof': {
      subject: ({ org }) => `Confirmez votre adresse e-mail pour ${org}`,
      title: 'Confirmez votre adresse e-mail',
      preview: ({ to }) => `L’adresse ${to} est-elle la vôtre\u00a0? Merci de la confirmer.`,
      body: ({ org, to }) => [
        `Merci de confirmer que l’adresse ${to} est bien la vôtre, afin que votre compte chez ${org} puisse l’utiliser.`,
      ],
      button: 'Confirmer cette adresse',
      ignore: () => 'Si vous n’attendiez pas cet e-mail, vous pouvez l’ignorer\u00a0: l’adresse ne sera pas confirmée.',
    },
    'account-inactive': {
      subject: ({ org }) => `Votre compte chez ${org} est désactivé`,
      title: 'Votre compte est désactivé',
      preview: () => 'Il n’est pas possible de changer de mot de passe pour le moment.',
      body: ({ org }) => [
        `Nous avons reçu une demande de nouveau mot de passe pour votre compte chez ${org}. Ce compte est désactivé et ne peut pas être utilisé pour le moment.`,
        `Si vous en avez de nouveau besoin, contactez l’administrateur de votre compte chez ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'account-locked': {
      subject: ({ org }) => `Votre compte chez ${org} est verrouillé`,
      title: 'Votre compte est verrouillé',
      preview: () => 'Il n’est pas possible de changer de mot de passe pour le moment.',
      body: ({ org }) => [
        `Nous avons reçu une demande de nouveau mot de passe pour votre compte chez ${org}. Un administrateur a verrouillé ce compte, qui ne peut pas être utilisé pour le moment.`,
        `Pour le faire déverrouiller, contactez l’administrateur de votre compte chez ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'federated-sign-in': {
      subject: ({ org }) => `Comment vous connecter chez ${org}`,
      title: 'Connectez-vous par votre entreprise',
      preview: () => 'Votre compte n’a pas besoin de mot de passe.',
      body: ({ org }) => [
        `Nous avons reçu une demande de nouveau mot de passe pour votre compte chez ${org}. Ce compte n’a pas de mot de passe propre\u00a0: vous vous connectez, comme d’habitude, par le service d’authentification de votre entreprise.`,
        'Si vous n’y avez plus accès, le support informatique de votre entreprise peut vous aider.',
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'address-changed': {
      subject: ({ org }) => `L’adresse e-mail de votre compte chez ${org}`,
      title: 'Changement de votre adresse e-mail',
      preview: ({ pending }) => (pending ? 'Une nouvelle adresse est à confirmer.' : 'Votre adresse a été modifiée.'),
      body: ({ newAddress, org, pending, to }) => [
        pending
          ? `Une nouvelle adresse e-mail a été demandée pour votre compte chez ${org}\u00a0: ${newAddress}. Elle remplacera ${to} dès qu’elle sera confirmée.`
          : `L’adresse e-mail de votre compte chez ${org} a été modifiée\u00a0: ${to} est remplacée par ${newAddress}.`,
        'Si vous êtes au courant de ce changement, vous n’avez rien à faire.',
      ],
      otherwise: ({ org }) =>
        `Si ce changement ne vient pas de vous, contactez sans attendre l’administrateur de votre compte chez ${org}.`,
    },
    'password-changed': {
      subject: ({ org }) => `Votre mot de passe pour ${org} a été modifié`,
      title: 'Votre mot de passe a été modifié',
      preview: () => 'C’était vous\u00a0? Alors tout va bien.',
      body: ({ at, org }) => [
        `Le mot de passe de votre compte chez ${org} a été modifié le ${at}.`,
        'Si c’était vous, vous n’avez rien à faire. Sur vos autres appareils, connectez-vous avec le nouveau mot de passe.',
      ],
      otherwise: ({ org }) =>
        `Si ce n’était pas vous, choisissez immédiatement un nouveau mot de passe et prévenez l’administrateur de votre compte chez ${org}.`,
      button: 'Choisir un mot de passe',
    },
    'session-reuse': {
      subject: ({ org }) => `Une session de votre compte chez ${org} a été fermée`,
      title: 'Une de vos sessions a été fermée',
      preview: () => 'Son jeton de connexion a servi deux fois. Vérifiez que c’était bien vous.',
      body: ({ at, org }) => [
        `Le ${at}, un jeton de connexion de votre compte chez ${org} a été utilisé une seconde fois. Quelqu’un l’a peut-être copié\u00a0; nous avons donc fermé cette session.`,
        'Si un appareil vous demande de vous reconnecter, vous pouvez le faire comme d’habitude.',
      ],
      otherwise: ({ org }) =>
        `Si cela ne vous dit rien, choisissez un nouveau mot de passe\u00a0: toutes les sessions seront fermées. Prévenez aussi l’administrateur de votre compte chez ${org}.`,
      button: 'Choisir un mot de passe',
    },
  },
};
