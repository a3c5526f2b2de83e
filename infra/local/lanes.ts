// Room for so many at a time; whoever comes later waits. As a Lambda instance takes one event at a time.

export interface Lane {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function newLane(room: number): Lane {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return {
    async run(work) {
      if (inside >= room) await new Promise<void>((resolve) => waiting.push(resolve));
      else inside++;
      try {
        return await work();
      } finally {
        // The place goes to the next in line; nobody who comes meanwhile can take it.
        const next = waiting.shift();
        if (next) next();
        else inside--;
      }
    },
  };
}
