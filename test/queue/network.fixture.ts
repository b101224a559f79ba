import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a Redis that can be cut or fall silent, as networks do. */
export class TestNetwork {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #silent = false;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#sockets = sockets;
  }

  /** @param url of the Redis that it leads to */
  static async start(url: string): Promise<TestNetwork> {
    const { hostname, port } = new URL(url);
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on('data', (data) => network.#silent || to.write(data));
        from.on('error', () => undefined);
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const network = new TestNetwork(server, sockets);
    return network;
  }

  /** What is sent from now on gets lost, and nobody is told. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Whether its connections have been ended. */
  get isCut(): boolean {
    return !this.#server.listening;
  }

  /** Ends all connections, as the death of the process behind them does; none comes about again. */
  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
