// The pages' sentences in German, with Sie. Their shape is that of en-US.ts.
import type { PageText } from './en-US.ts';

export const deDE: PageText = {
  shell: {
    language: 'Sprache',
    safety:
      'Geben Sie Link und Code aus Ihrer E-Mail nicht weiter. Wir fragen nie am Telefon oder per Nachricht danach.',
    optional: 'optional',
    errorPrefix: 'Fehler',
    problemsTitle: 'Bitte prüfen Sie Ihre Eingaben',
  },
  fields: {
    password: 'Passwort',
    newPassword: 'Neues Passwort',
    currentPassword: 'Ihr jetziges Passwort',
    givenName: 'Vorname',
    familyName: 'Nachname',
    name: 'Ihr Name',
    email: 'E-Mail-Adresse',
    code: 'Code aus der E-Mail',
    acceptTerms: 'Bedingungen',
  },
  hints: {
    name: 'Lassen Sie die Felder leer, wenn Ihr Name schon in Ihrem Konto steht.',
    code: '8 Buchstaben und Ziffern. Groß- und Kleinschreibung und Leerzeichen spielen keine Rolle.',
    password: (min) => `Mindestens ${min} Zeichen, höchstens 128. Gut geeignet ist ein Satz aus ein paar Wörtern.`,
    passwordOrExisting: (min) =>
      `Neu hier? Wählen Sie eines mit mindestens ${min} Zeichen, höchstens 128; gut geeignet ist ein Satz aus ein ` +
      'paar Wörtern.\nWenn Sie mit dieser Adresse schon ein Konto haben, geben Sie Ihr jetziges Passwort ein.',
    existingPassword: 'Das Passwort, mit dem Sie sich heute anmelden. Es bleibt unverändert.',
    passwordAgain: 'Passwörter werden nie für Sie ausgefüllt. Bitte geben Sie es noch einmal ein.',
  },
  acceptTerms: (version) => `Ich akzeptiere die Bedingungen der Organisation (Version ${version}).`,
  accept: {
    title: 'Einladung annehmen',
    lead: 'Füllen Sie dieses kurze Formular aus, um beizutreten.',
    leadWithCode: 'Geben Sie die Adresse ein, an die Ihre Einladung ging, und den Code aus dieser E-Mail.',
    existing:
      'Sie haben schon ein Konto. Geben Sie Ihr jetziges Passwort ein, dann gilt die Einladung für dieses Konto.',
    submit: 'Einladung annehmen',
  },
  reset: {
    title: 'Neues Passwort wählen',
    lead: 'Wenn Sie es speichern, werden Sie überall abgemeldet. Melden Sie sich danach mit dem neuen Passwort an.',
    leadWithCode:
      'Geben Sie Ihre Adresse, den Code aus der E-Mail und ein neues Passwort ein. ' +
      'Wenn Sie es speichern, werden Sie überall abgemeldet.',
    submit: 'Neues Passwort speichern',
    ask: 'Ich habe noch keinen Code',
  },
  verify: {
    title: 'E-Mail-Adresse bestätigen',
    lead: 'Mit einem Klick bestätigen Sie, dass diese Adresse Ihnen gehört.',
    leadWithCode: 'Geben Sie den Code aus der E-Mail ein, die wir an diese Adresse geschickt haben.',
    leadWithNothing:
      'Öffnen Sie den Link in der E-Mail, die wir Ihnen geschickt haben. Wenn Sie sie nicht finden, sehen Sie im ' +
      'Spam-Ordner nach oder fordern Sie in den Kontoeinstellungen Ihrer App eine neue an.',
    submit: 'Diese Adresse bestätigen',
    submitCode: 'Diese Adresse bestätigen',
  },
  forgot: {
    title: 'Passwort vergessen?',
    lead:
      'Geben Sie die Adresse Ihres Kontos ein. Wir schicken Ihnen einen Link, mit dem Sie ein neues ' +
      'Passwort wählen.',
    submit: 'E-Mail anfordern',
    haveCode: 'Ich habe schon einen Code',
  },
  required: {
    password: 'Geben Sie ein Passwort ein.',
    givenName: 'Geben Sie Ihren Vornamen ein.',
    familyName: 'Geben Sie Ihren Nachnamen ein.',
    email: 'Geben Sie Ihre E-Mail-Adresse ein.',
    code: 'Geben Sie den Code aus der E-Mail ein.',
    acceptTerms: 'Akzeptieren Sie die Bedingungen, um fortzufahren.',
    form: 'Es fehlt etwas. Bitte füllen Sie das Formular noch einmal aus.',
  },
  problems: {
    'too-short': ({ min = 15 }) => `Verwenden Sie mindestens ${min} Zeichen.`,
    'too-long': ({ max }) =>
      max ? `Verwenden Sie höchstens ${max} Zeichen.` : 'Das ist zu lang. Bitte kürzen Sie die Eingabe.',
    blocklisted: () =>
      'Dieses Passwort ist zu verbreitet oder stammt aus einem bekannten Datenleck. Wählen Sie ein anderes.',
    'context-word': () => 'Dieses Passwort enthält Ihren Namen oder Ihre Adresse. Wählen Sie ein anderes.',
    'same-as-current': () => 'Das ist Ihr jetziges Passwort. Wählen Sie ein neues.',
    'email-invalid': () => 'Geben Sie eine vollständige Adresse ein, zum Beispiel name@example.com.',
    'wrong-code': () =>
      'Dieser Code passt nicht. Prüfen Sie Ihre Eingaben und verwenden Sie den Code aus der neuesten E-Mail.',
    'wrong-password': () => 'Das ist nicht das Passwort Ihres Kontos. Versuchen Sie es noch einmal.',
    'terms-required': () => 'Akzeptieren Sie die Bedingungen, um fortzufahren.',
    'name-invalid': () => 'Ein Name darf keine Webadresse und keine unsichtbaren Zeichen enthalten.',
  },
  unknownProblem: 'Diese Eingabe konnten wir nicht annehmen. Bitte prüfen Sie sie und versuchen Sie es noch einmal.',
  notices: {
    'terms-added': 'Noch ein Schritt: Vor dem Beitritt bittet diese Organisation Sie, ihre Bedingungen zu akzeptieren.',
    'second-factor':
      'Ihr Konto verlangt bei der Anmeldung einen zweiten Schritt. Melden Sie sich in Ihrer App an und nehmen ' +
      'Sie die Einladung dort an; sie bleibt offen.',
  },
  done: {
    'invite-accepted': { title: 'Willkommen', body: ['Sie haben die Einladung angenommen.'] },
    'password-reset': {
      title: 'Ihr neues Passwort ist gespeichert',
      body: [
        'Alle Ihre Sitzungen wurden beendet. Bitte melden Sie sich in Ihrer App mit dem neuen Passwort wieder an.',
      ],
    },
    'email-verified': { title: 'Ihre Adresse ist bestätigt', body: ['Vielen Dank. Sie müssen hier nichts mehr tun.'] },
    'reset-asked': {
      title: 'Sehen Sie in Ihrem Postfach nach',
      body: [
        'Wenn ein Konto diese Adresse verwendet, ist eine E-Mail mit einem Link unterwegs. Der Link gilt 1 Stunde.',
        'Nichts angekommen? Prüfen Sie den Spam-Ordner und warten Sie eine Minute, bevor Sie es noch einmal versuchen.',
      ],
      next: 'Noch einmal anfordern',
    },
  },
  doneFacts: { org: 'Organisation', email: 'Adresse' },
  goOn: 'Weiter',
  signInInApp: 'Sie können diese Seite schließen und sich in Ihrer App anmelden.',
  enterCode: 'Code aus der E-Mail eingeben',
  dead: {
    'accept-invite': {
      title: 'Dieser Einladungslink gilt nicht mehr',
      body: [
        'Ein Link gilt einmal und für begrenzte Zeit, und eine neuere E-Mail ersetzt ihn.',
        'Bitten Sie die Person, die Sie eingeladen hat, die Einladung noch einmal zu senden.',
        'Wenn Sie die Einladung schon angenommen haben, melden Sie sich in Ihrer App an oder wählen Sie ein ' +
          'neues Passwort.',
      ],
      next: 'Neues Passwort wählen',
    },
    'reset-password': {
      title: 'Dieser Link gilt nicht mehr',
      body: [
        'Ein Link gilt einmal und 1 Stunde lang, und eine neuere E-Mail ersetzt ihn.',
        'Durch das Öffnen hat sich Ihr Passwort nicht geändert. Fordern Sie eine neue E-Mail an und verwenden ' +
          'Sie den Link darin.',
      ],
      next: 'Neue E-Mail anfordern',
    },
    'verify-email': {
      title: 'Dieser Link gilt nicht mehr',
      body: [
        'Ein Link gilt einmal und 24 Stunden lang, und eine neuere E-Mail ersetzt ihn.',
        'Öffnen Sie die Kontoeinstellungen Ihrer App und beginnen Sie dort von vorn. Sie bekommen dann eine ' +
          'neue E-Mail.',
      ],
    },
  },
  refused: {
    'cross-site': {
      title: 'Das kam nicht von unserer Seite',
      body: [
        'Das Formular wurde von einer anderen Website gesendet. Deshalb haben wir nichts damit gemacht.',
        'Öffnen Sie den Link in Ihrer E-Mail noch einmal und füllen Sie das Formular dort aus.',
      ],
    },
    'too-many': {
      title: 'Zu viele Versuche',
      body: ['Wir machen eine kurze Pause, um die Konten zu schützen.'],
    },
    unavailable: {
      title: 'Wir können gerade nicht antworten',
      body: [
        'Das liegt an uns, nicht an Ihnen.',
        'Gehen Sie dann zurück und senden Sie das Formular noch einmal. Wenn die Seite sagt, dass der Link ' +
          'nicht mehr ' +
          'gilt, wurde Ihre Eingabe wahrscheinlich gespeichert: Versuchen Sie, sich in Ihrer App anzumelden.',
      ],
    },
    'not-found': {
      title: 'Hier gibt es keine Seite',
      body: ['Bitte prüfen Sie die Adresse oder öffnen Sie den Link in Ihrer E-Mail noch einmal.'],
    },
    'bad-request': {
      title: 'Wir konnten dieses Formular nicht lesen',
      body: [
        'Es kam unvollständig an, deshalb haben wir nichts damit gemacht. Öffnen Sie den Link in Ihrer E-Mail noch ' +
          'einmal und beginnen Sie von vorn.',
      ],
    },
    forbidden: {
      title: 'Das ist nicht möglich',
      body: [
        'Wir dürfen das nicht für Sie tun, und es wurde nichts geändert.',
        'Wenden Sie sich an die Person, die Sie eingeladen hat, oder an die Administration Ihrer Organisation.',
      ],
    },
  },
  wait: (duration) => `Bitte versuchen Sie es in ${duration ?? 'ein paar Minuten'} noch einmal.`,
};
