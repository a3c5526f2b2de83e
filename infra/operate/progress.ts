// How far a command has come, as one line on stderr that is written over; where nobody watches, a line now and then.

const EVERY_MS = { watched: 200, unwatched: 10_000 };
const WIDTH = 24;

/** What is known of how far it is. */
export interface Progress {
  done: number;
  /** Part of the whole, 0 to 1, where that is known. */
  share?: number;
  failed?: number;
}

export interface ProgressLine {
  (progress: Progress): void;
  end(): void;
}

/** `unit` is what is counted, such as `people`. */
export function progressLine(unit: string, stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const began = performance.now();
  let first: number | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let shown = '';
  const write = (progress: Progress) => {
    first ??= progress.done;
    shown = lineOf(unit, progress, (performance.now() - began) / 1000, progress.done - first);
    stream.write(stream.isTTY ? `\r\u001b[2K${shown}` : `${shown}\n`);
  };
  const step = (progress: Progress) => {
    const now = performance.now();
    if (now - last < (stream.isTTY ? EVERY_MS.watched : EVERY_MS.unwatched)) return;
    last = now;
    write(progress);
  };
  return Object.assign(step, {
    end() {
      if (stream.isTTY && shown) stream.write('\n');
    },
  });
}

/** `[=====>    ] 41 %  41,000 rows  812/s  1 min 12 s left  3 failed`. `since` of them were done in these seconds. */
export function lineOf(unit: string, { done, share, failed }: Progress, seconds: number, since: number): string {
  const rate = seconds > 0 ? since / seconds : 0;
  const filled = Math.round((share ?? 0) * WIDTH);
  const bar = `[${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${String(Math.floor((share ?? 0) * 100)).padStart(3)} %`;
  const left = share !== undefined && share > 0 && share < 1 && rate > 0 ? (done / share - done) / rate : undefined;
  return [
    ...(share === undefined ? [] : [bar]),
    `${done.toLocaleString('en')} ${unit}`,
    `${Math.round(rate).toLocaleString('en')}/s`,
    ...(left === undefined ? [] : [`${duration(left)} left`]),
    ...(failed ? [`${failed.toLocaleString('en')} failed`] : []),
  ].join('  ');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
