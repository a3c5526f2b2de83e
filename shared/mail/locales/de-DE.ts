// The letters' sentences in German, formal. After the greeting's comma a sentence goes on in lower case. Not here: the
// pages' sentences (shared/pages), the layout.
import type { Sentences } from '../sentences.ts';

const NOTHING_TO_DO = 'Wenn Sie kein neues Passwort angefordert haben, brauchen Sie nichts zu tun.';

export const deDE: Sentences = {
  locale: 'de-DE',
  greeting: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
  linkLine: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diesen Link in Ihren Browser:',
  codeLine: (page) =>
    page
      ? `Oder geben Sie diesen Code unter ${page} ein:`
      : 'Oder geben Sie diesen Code dort ein, wo Sie diese E-Mail angefordert haben:',
  expiry: (when) => `Link und Code funktionieren einmal, bis zum ${when}.`,
  noteLine: (inviter) => (inviter ? `${inviter} schreibt Ihnen:` : 'Eine Nachricht für Sie:'),
  footer: (org) =>
    `Gesendet von Rollcall für ${org}. Diese E-Mail wurde automatisch verschickt; Antworten werden nicht gelesen.`,
  letters: {
    invite: {
      subject: ({ inviter, org }) => (inviter ? `${inviter} lädt Sie zu ${org} ein` : `Einladung zu ${org}`),
      title: 'Sie sind eingeladen',
      preview: ({ org }) => `Nehmen Sie die Einladung an, um Ihr Konto bei ${org} zu nutzen.`,
      body: ({ inviter, org, to }) => [
        inviter ? `${inviter} hat Sie zu ${org} eingeladen.` : `Sie wurden zu ${org} eingeladen.`,
        `Nehmen Sie die Einladung an, um Ihr Konto zu nutzen. Es gehört dann zur Adresse ${to}.`,
      ],
      button: 'Einladung annehmen',
      ignore: ({ org }) =>
        `Wenn Sie ${org} nicht kennen oder keine Einladung erwartet haben, können Sie diese E-Mail ignorieren: Es passiert dann nichts.`,
    },
    activation: {
      subject: ({ org }) => `Aktivieren Sie Ihr Konto bei ${org}`,
      title: 'Konto aktivieren',
      preview: () => 'Legen Sie ein Passwort fest, und Ihr Konto ist bereit.',
      body: ({ org }) => [
        `Ihr Konto bei ${org} wartet auf Sie. Legen Sie ein Passwort fest, dann können Sie es nutzen.`,
      ],
      button: 'Konto aktivieren',
      ignore: ({ org }) =>
        `Wenn Sie ${org} nicht kennen oder dies nicht angefordert haben, können Sie diese E-Mail ignorieren: Das Konto bleibt dann inaktiv.`,
    },
    'password-reset': {
      subject: ({ org }) => `Neues Passwort für ${org} wählen`,
      title: 'Neues Passwort wählen',
      preview: () => 'Sie haben ein neues Passwort angefordert. Hier ist Ihr Link.',
      body: ({ org }) => [
        `für Ihr Konto bei ${org} wurde ein neues Passwort angefordert.`,
        'Wählen Sie jetzt eines. Zu Ihrer Sicherheit werden Sie danach auf allen Geräten abgemeldet.',
      ],
      button: 'Neues Passwort wählen',
      ignore: () =>
        'Wenn Sie das nicht waren, können Sie diese E-Mail ignorieren: Ihr Passwort bleibt dann, wie es ist.',
    },
    'address-proof': {
      subject: ({ org }) => `Bestätigen Sie Ihre E-Mail-Adresse für ${org}`,
      title: 'E-Mail-Adresse bestätigen',
      preview: ({ to }) => `Ist ${to} Ihre Adresse? Bitte bestätigen Sie sie.`,
      body: ({ org, to }) => [
        `bitte bestätigen Sie, dass ${to} Ihre Adresse ist, damit Ihr Konto bei ${org} sie verwenden kann.`,
      ],
      button: 'Adresse bestätigen',
      ignore: () =>
        'Wenn Sie diese E-Mail nicht erwartet haben, können Sie sie ignorieren: Die Adresse bleibt dann unbestätigt.',
    },
    'account-inactive': {
      subject: ({ org }) => `Ihr Konto bei ${org} ist deaktiviert`,
      title: 'Ihr Konto ist deaktiviert',
      preview: () => 'Ein neues Passwort ist derzeit nicht möglich.',
      body: ({ org }) => [
        `für Ihr Konto bei ${org} wurde ein neues Passwort angefordert. Das Konto ist deaktiviert und kann derzeit nicht genutzt werden.`,
        `Wenn Sie es wieder brauchen, wenden Sie sich bitte an die Administration von ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'account-locked': {
      subject: ({ org }) => `Ihr Konto bei ${org} ist gesperrt`,
      title: 'Ihr Konto ist gesperrt',
      preview: () => 'Ein neues Passwort ist derzeit nicht möglich.',
      body: ({ org }) => [
        `für Ihr Konto bei ${org} wurde ein neues Passwort angefordert. Die Administration hat das Konto gesperrt; es kann derzeit nicht genutzt werden.`,
        `Um es entsperren zu lassen, wenden Sie sich bitte an die Administration von ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'federated-sign-in': {
      subject: ({ org }) => `So melden Sie sich bei ${org} an`,
      title: 'Anmeldung über Ihr Unternehmen',
      preview: () => 'Ihr Konto braucht kein eigenes Passwort.',
      body: ({ org }) => [
        `für Ihr Konto bei ${org} wurde ein neues Passwort angefordert. Dieses Konto hat kein eigenes Passwort: Sie melden sich wie gewohnt über den Anmeldedienst Ihres Unternehmens an.`,
        'Wenn Sie dort keinen Zugang mehr haben, hilft Ihnen der IT-Support Ihres Unternehmens.',
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'address-changed': {
      subject: ({ org }) => `Die E-Mail-Adresse Ihres Kontos bei ${org}`,
      title: 'Änderung Ihrer E-Mail-Adresse',
      preview: ({ pending }) => (pending ? 'Eine neue Adresse soll bestätigt werden.' : 'Ihre Adresse wurde geändert.'),
      body: ({ newAddress, org, pending, to }) => [
        pending
          ? `für Ihr Konto bei ${org} wurde eine neue E-Mail-Adresse angegeben: ${newAddress}. Sie ersetzt ${to}, sobald sie bestätigt ist.`
          : `die E-Mail-Adresse Ihres Kontos bei ${org} wurde von ${to} zu ${newAddress} geändert.`,
        'Wenn Sie von dieser Änderung wissen, brauchen Sie nichts zu tun.',
      ],
      otherwise: ({ org }) =>
        `Wenn Sie das nicht waren, wenden Sie sich bitte umgehend an die Administration von ${org}.`,
    },
    'password-changed': {
      subject: ({ org }) => `Ihr Passwort für ${org} wurde geändert`,
      title: 'Ihr Passwort wurde geändert',
      preview: () => 'Waren Sie das? Dann ist alles in Ordnung.',
      body: ({ at, org }) => [
        `das Passwort Ihres Kontos bei ${org} wurde am ${at} geändert.`,
        'Wenn Sie das waren, brauchen Sie nichts zu tun. Auf Ihren anderen Geräten melden Sie sich mit dem neuen Passwort an.',
      ],
      otherwise: ({ org }) =>
        `Wenn Sie das nicht waren, wählen Sie bitte sofort ein neues Passwort und informieren Sie die Administration von ${org}.`,
      button: 'Neues Passwort wählen',
    },
    'session-reuse': {
      subject: ({ org }) => `Eine Sitzung Ihres Kontos bei ${org} wurde beendet`,
      title: 'Eine Ihrer Sitzungen wurde beendet',
      preview: () => 'Ihr Anmelde-Token wurde zweimal verwendet. Bitte prüfen Sie, ob Sie das waren.',
      body: ({ at, org }) => [
        `am ${at} wurde ein Anmelde-Token Ihres Kontos bei ${org} ein zweites Mal verwendet. Möglicherweise hat es jemand kopiert, deshalb haben wir diese Sitzung beendet.`,
        'Wenn ein Gerät Sie auffordert, sich erneut anzumelden, können Sie das wie gewohnt tun.',
      ],
      otherwise: ({ org }) =>
        `Wenn Sie sich das nicht erklären können, wählen Sie bitte ein neues Passwort: Damit enden alle Sitzungen. Informieren Sie bitte auch die Administration von ${org}.`,
      button: 'Neues Passwort wählen',
    },
  },
};
