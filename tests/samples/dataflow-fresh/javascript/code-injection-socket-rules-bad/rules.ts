import { Server, Socket } from 'socket.io';

type Rule = { field: string; expression: string };

abstract class Compiler<T> {
  protected abstract build(source: string): T;
  compile(source: string): T {
    return this.build(source.trim());
  }
}

type Predicate = (row: Record<string, number>) => boolean;

class PredicateCompiler extends Compiler<Predicate> {
  protected build(source: string): Predicate {
    return new Function('row', `return ${source};`) as Predicate;
  }
}

const io = new Server(3001);
const compiler: Compiler<Predicate> = new PredicateCompiler();

io.on('connection', (socket: Socket) => {
  socket.on('rule:add', (rule: Rule, ack: (count: number) => void) => {
    const predicate = compiler.compile(rule.expression);
    ack([{ a: 1 }, { a: 2 }].filter(predicate).length);
  });
});
