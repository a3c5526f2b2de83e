// The letters' sentences in Brazilian Portuguese. Not here: the pages' sentences (shared/pages), the layout.
import type { Sentences } from '../sentences.ts';

const NOTHING_TO_DO = 'Se você não pediu uma nova senha, não precisa fazer nada.';

export const ptBR: Sentences = {
  locale: 'pt-BR',
  greeting: (name) => (name ? `Olá, ${name}!` : 'Olá!'),
  linkLine: 'Se o botão não funcionar, copie este link no seu navegador:',
  codeLine: (page) =>
    page ? `Ou digite este código em ${page}:` : 'Ou digite este código onde você pediu este e-mail:',
  expiry: (when) => `O link e o código funcionam uma única vez, até ${when}.`,
  noteLine: (inviter) => (inviter ? `${inviter} escreveu:` : 'Uma mensagem para você:'),
  footer: (org) =>
    `Enviado pelo Rollcall em nome de ${org}. Este e-mail foi enviado automaticamente; as respostas não são lidas.`,
  letters: {
    invite: {
      subject: ({ inviter, org }) =>
        inviter ? `${inviter} convidou você para ${org}` : `Você recebeu um convite para ${org}`,
      title: 'Você recebeu um convite',
      preview: ({ org }) => `Aceite o convite para usar sua conta em ${org}.`,
      body: ({ inviter, org, to }) => [
        inviter
          ? `${inviter} convidou você para fazer parte de ${org}.`
          : `Você recebeu um convite para fazer parte de ${org}.`,
        `Aceite o convite para começar a usar sua conta. Ela ficará vinculada ao endereço ${to}.`,
      ],
      button: 'Aceitar o convite',
      ignore: ({ org }) =>
        `Se você não conhece ${org} ou não esperava este convite, pode ignorar este e-mail: nada vai acontecer.`,
    },
    activation: {
      subject: ({ org }) => `Ative sua conta em ${org}`,
      title: 'Ative sua conta',
      preview: () => 'Crie uma senha e sua conta estará pronta.',
      body: ({ org }) => [`Sua conta em ${org} está esperando por você. Crie uma senha e ela estará pronta para uso.`],
      button: 'Ativar minha conta',
      ignore: ({ org }) =>
        `Se você não conhece ${org} ou não pediu isto, pode ignorar este e-mail: a conta continuará inativa.`,
    },
    'password-reset': {
      subject: ({ org }) => `Crie uma nova senha para ${org}`,
      title: 'Crie uma nova senha',
      preview: () => 'Você pediu uma nova senha. Aqui está o seu link.',
      body: ({ org }) => [
        `Recebemos um pedido de nova senha para a sua conta em ${org}.`,
        'Crie a nova senha agora. Por segurança, todos os seus dispositivos serão desconectados em seguida.',
      ],
      button: 'Criar uma nova senha',
      ignore: () => 'Se não foi você, pode ignorar este e-mail: sua senha continua a mesma.',
    },
    'address-proof': {
      subject: ({ org }) => `Confirme seu endereço de e-mail para ${org}`,
      title: 'Confirme seu endereço de e-mail',
      preview: ({ to }) => `O endereço ${to} é seu? Confirme, por favor.`,
      body: ({ org, to }) => [`Confirme que o endereço ${to} é seu, para que sua conta em ${org} possa usá-lo.`],
      button: 'Confirmar este endereço',
      ignore: () => 'Se você não esperava este e-mail, pode ignorá-lo: o endereço continuará sem confirmação.',
    },
    'account-inactive': {
      subject: ({ org }) => `Sua conta em ${org} está desativada`,
      title: 'Sua conta está desativada',
      preview: () => 'No momento não é possível criar uma nova senha.',
      body: ({ org }) => [
        `Recebemos um pedido de nova senha para a sua conta em ${org}. A conta está desativada e não pode ser usada no momento.`,
        `Se você precisar dela novamente, entre em contato com a administração de ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'account-locked': {
      subject: ({ org }) => `Sua conta em ${org} está bloqueada`,
      title: 'Sua conta está bloqueada',
      preview: () => 'No momento não é possível criar uma nova senha.',
      body: ({ org }) => [
        `Recebemos um pedido de nova senha para a sua conta em ${org}. A administração bloqueou a conta, e ela não pode ser usada no momento.`,
        `Para desbloqueá-la, entre em contato com a administração de ${org}.`,
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'federated-sign-in': {
      subject: ({ org }) => `Como entrar em ${org}`,
      title: 'Entre pela sua empresa',
      preview: () => 'Sua conta não precisa de senha própria.',
      body: ({ org }) => [
        `Recebemos um pedido de nova senha para a sua conta em ${org}. Esta conta não tem senha própria: você entra pelo provedor de acesso da sua empresa, como de costume.`,
        'Se você perdeu o acesso, o suporte de TI da sua empresa pode ajudar.',
      ],
      otherwise: () => NOTHING_TO_DO,
    },
    'address-changed': {
      subject: ({ org }) => `O endereço de e-mail da sua conta em ${org}`,
      title: 'Alteração do seu endereço de e-mail',
      preview: ({ pending }) => (pending ? 'Um novo endereço aguarda confirmação.' : 'Seu endereço foi alterado.'),
      body: ({ newAddress, org, pending, to }) => [
        pending
          ? `Foi solicitado um novo endereço de e-mail para a sua conta em ${org}: ${newAddress}. Ele substituirá ${to} assim que for confirmado.`
          : `O endereço de e-mail da sua conta em ${org} foi alterado de ${to} para ${newAddress}.`,
        'Se você sabe desta alteração, não precisa fazer nada.',
      ],
      otherwise: ({ org }) => `Se não foi você, entre em contato imediatamente com a administração de ${org}.`,
    },
    'password-changed': {
      subject: ({ org }) => `Sua senha de ${org} foi alterada`,
      title: 'Sua senha foi alterada',
      preview: () => 'Foi você? Então está tudo certo.',
      body: ({ at, org }) => [
        `A senha da sua conta em ${org} foi alterada em ${at}.`,
        'Se foi você, não precisa fazer nada. Nos seus outros dispositivos, entre com a nova senha.',
      ],
      otherwise: ({ org }) => `Se não foi você, crie uma nova senha imediatamente e avise a administração de ${org}.`,
      button: 'Criar uma nova senha',
    },
    'session-reuse': {
      subject: ({ org }) => `Uma sessão da sua conta em ${org} foi encerrada`,
      title: 'Encerramos uma das suas sessões',
      preview: () => 'O token de acesso foi usado duas vezes. Verifique se foi você.',
      body: ({ at, org }) => [
        `Em ${at}, um token de acesso da sua conta em ${org} foi usado uma segunda vez. Alguém pode tê-lo copiado, por isso encerramos essa sessão.`,
        'Se um dispositivo pedir que você entre novamente, pode fazê-lo normalmente.',
      ],
      otherwise: ({ org }) =>
        `Se você não reconhece isso, crie uma nova senha: ela encerra todas as sessões. Avise também a administração de ${org}.`,
      button: 'Criar uma nova senha',
    },
  },
};
