// The pages' sentences in Brazilian Portuguese, with você. Their shape is that of en-US.ts.
import type { PageText } from './en-US.ts';

export const ptBR: PageText = {
  shell: {
    language: 'Idioma',
    safety: 'Não compartilhe o link nem o código do seu e-mail. Nunca pedimos esses dados por telefone ou mensagem.',
    optional: 'opcional',
    errorPrefix: 'Erro',
    problemsTitle: 'Confira o que você preencheu',
  },
  fields: {
    password: 'Senha',
    newPassword: 'Nova senha',
    currentPassword: 'Sua senha atual',
    givenName: 'Nome',
    familyName: 'Sobrenome',
    name: 'Seu nome',
    email: 'Endereço de e-mail',
    code: 'Código do e-mail',
    acceptTerms: 'Termos',
  },
  hints: {
    name: 'Deixe em branco se a sua conta já tem o seu nome.',
    code: '8 letras e números. Maiúsculas, minúsculas e espaços não fazem diferença.',
    password: (min) => `No mínimo ${min} caracteres, no máximo 128. Uma frase de algumas palavras funciona bem.`,
    passwordOrExisting: (min) =>
      `Primeira vez aqui? Escolha uma com no mínimo ${min} caracteres e no máximo 128; uma frase de algumas palavras ` +
      'funciona bem.\nSe você já tem uma conta com este endereço, digite a senha que usa hoje.',
    existingPassword: 'A senha com que você entra hoje. Ela continua a mesma.',
    passwordAgain: 'A senha nunca é preenchida para você. Por favor, digite-a de novo.',
  },
  acceptTerms: (version) => `Aceito os termos da organização (versão ${version}).`,
  accept: {
    title: 'Aceitar o convite',
    lead: 'Preencha este breve formulário para participar.',
    leadWithCode: 'Digite o endereço que recebeu o convite e o código que está nesse e-mail.',
    existing: 'Você já tem uma conta. Digite a senha que usa hoje, e o convite será adicionado a ela.',
    submit: 'Aceitar convite',
  },
  reset: {
    title: 'Escolher uma nova senha',
    lead: 'Ao salvar, você sai de todos os aparelhos. Depois, entre com a nova senha.',
    leadWithCode:
      'Digite o seu endereço, o código do e-mail e uma nova senha. Ao salvar, você sai de todos os aparelhos.',
    submit: 'Salvar nova senha',
    ask: 'Ainda não tenho um código',
  },
  verify: {
    title: 'Confirmar o seu e-mail',
    lead: 'Com um clique, você confirma que este endereço é seu.',
    leadWithCode: 'Digite o código do e-mail que enviamos para este endereço.',
    leadWithNothing:
      'Abra o link do e-mail que enviamos a você. Se não o encontrar, veja na caixa de spam ou peça um novo nas ' +
      'configurações da conta do seu aplicativo.',
    submit: 'Confirmar este endereço',
    submitCode: 'Confirmar este endereço',
  },
  forgot: {
    title: 'Esqueceu a senha?',
    lead: 'Digite o endereço da sua conta. Enviaremos um link para você escolher uma nova senha.',
    submit: 'Enviar e-mail',
    haveCode: 'Já tenho um código',
  },
  required: {
    password: 'Digite uma senha.',
    givenName: 'Digite o seu nome.',
    familyName: 'Digite o seu sobrenome.',
    email: 'Digite o seu endereço de e-mail.',
    code: 'Digite o código do e-mail.',
    acceptTerms: 'Aceite os termos para continuar.',
    form: 'Falta alguma coisa. Por favor, preencha o formulário de novo.',
  },
  problems: {
    'too-short': ({ min = 15 }) => `Use no mínimo ${min} caracteres.`,
    'too-long': ({ max }) =>
      max ? `Use no máximo ${max} caracteres.` : 'O texto é longo demais. Por favor, encurte-o.',
    blocklisted: () => 'Esta senha é comum demais ou aparece em um vazamento conhecido. Escolha outra.',
    'context-word': () => 'Esta senha contém o seu nome ou endereço. Escolha outra.',
    'same-as-current': () => 'Esta é a sua senha atual. Escolha uma nova.',
    'email-invalid': () => 'Digite um endereço completo, como nome@example.com.',
    'wrong-code': () => 'Este código não funciona. Confira o que você digitou e use o código do e-mail mais recente.',
    'wrong-password': () => 'Esta não é a senha da sua conta. Tente de novo.',
    'terms-required': () => 'Aceite os termos para continuar.',
    'name-invalid': () => 'Um nome não pode conter endereço da web nem caracteres invisíveis.',
  },
  unknownProblem: 'Não foi possível aceitar este dado. Por favor, confira e tente de novo.',
  notices: {
    'terms-added': 'Só mais um passo: esta organização pede que você aceite os termos dela antes de participar.',
    'second-factor':
      'A sua conta exige uma segunda etapa para entrar. Entre no seu aplicativo e aceite o convite por lá; ele ' +
      'continua aberto.',
  },
  done: {
    'invite-accepted': { title: 'Boas-vindas', body: ['Você aceitou o convite.'] },
    'password-reset': {
      title: 'A sua nova senha foi salva',
      body: ['Todas as suas sessões foram encerradas. Por favor, entre de novo no seu aplicativo com a nova senha.'],
    },
    'email-verified': { title: 'O seu endereço foi confirmado', body: ['Tudo certo. Não há mais nada a fazer aqui.'] },
    'reset-asked': {
      title: 'Veja a sua caixa de entrada',
      body: [
        'Se alguma conta usa este endereço, um e-mail com um link está a caminho. O link funciona por 1 hora.',
        'Não chegou nada? Veja na caixa de spam e espere um minuto antes de pedir de novo.',
      ],
      next: 'Pedir de novo',
    },
  },
  doneFacts: { org: 'Organização', email: 'Endereço' },
  goOn: 'Continuar',
  signInInApp: 'Você pode fechar esta página e entrar no seu aplicativo.',
  enterCode: 'Digitar o código do e-mail',
  dead: {
    'accept-invite': {
      title: 'Este link de convite não funciona mais',
      body: [
        'Um link funciona uma só vez e por tempo limitado, e um e-mail mais recente o substitui.',
        'Peça à pessoa que convidou você para enviar o convite de novo.',
        'Se você já aceitou o convite, entre no seu aplicativo ou escolha uma nova senha.',
      ],
      next: 'Escolher uma nova senha',
    },
    'reset-password': {
      title: 'Este link não funciona mais',
      body: [
        'Um link funciona uma só vez e por 1 hora, e um e-mail mais recente o substitui.',
        'Abri-lo não mudou a sua senha. Peça um novo e-mail e use o link que estiver nele.',
      ],
      next: 'Pedir um novo e-mail',
    },
    'verify-email': {
      title: 'Este link não funciona mais',
      body: [
        'Um link funciona uma só vez e por 24 horas, e um e-mail mais recente o substitui.',
        'Abra as configurações da conta no seu aplicativo e comece de novo por lá. Você receberá um novo e-mail.',
      ],
    },
  },
  refused: {
    'cross-site': {
      title: 'Isto não veio da nossa página',
      body: [
        'O formulário foi enviado por outro site, por isso não fizemos nada com ele.',
        'Abra de novo o link do seu e-mail e preencha o formulário por lá.',
      ],
    },
    'too-many': { title: 'Tentativas demais', body: ['Vamos fazer uma breve pausa para proteger as contas.'] },
    unavailable: {
      title: 'Não conseguimos responder agora',
      body: [
        'A falha é nossa, não sua.',
        'Depois, volte e envie o formulário de novo. Se a página disser que o link não funciona mais, o que você ' +
          'enviou provavelmente foi salvo: tente entrar no seu aplicativo.',
      ],
    },
    'not-found': {
      title: 'Não há nenhuma página aqui',
      body: ['Por favor, confira o endereço ou abra de novo o link do seu e-mail.'],
    },
    'bad-request': {
      title: 'Não conseguimos ler este formulário',
      body: ['Ele chegou incompleto, por isso não fizemos nada com ele. Abra de novo o link do seu e-mail e recomece.'],
    },
    forbidden: {
      title: 'Isto não é possível',
      body: [
        'Não temos permissão para fazer isto por você, e nada foi alterado.',
        'Fale com a pessoa que convidou você ou com o administrador da sua organização.',
      ],
    },
  },
  wait: (duration) => `Por favor, tente de novo em ${duration ?? 'alguns minutos'}.`,
};
