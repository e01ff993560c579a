import { Command } from 'commander';
import { execa } from 'execa';

const program = new Command();

program
  .name('relnotes')
  .description('Print the commits between two tags of the current checkout')
  .option('--from <tag>', 'first tag', 'v1.0.0')
  .option('--to <tag>', 'last tag', 'HEAD')
  .option('--author <name>', 'only this author', '');

const REF = /^[A-Za-z0-9][A-Za-z0-9._\/]*$/;

function* gitArguments({ from, to, author }) {
  yield 'log';
  yield '--format=%s';
  if (author) {
    yield `--author=${author}`;
  }
  yield `${from}..${to}`;
  yield '--';
}

async function main(argv) {
  program.parse(argv);
  const opts = program.opts();

  for (const key of ['from', 'to']) {
    if (!REF.test(opts[key])) {
      console.error(`--${key} is not a tag name`);
      process.exitCode = 2;
      return;
    }
  }

  const args = [...gitArguments(opts)];
  const result = await execa('git', args, { shell: false, reject: false });
  if (result.exitCode !== 0) {
    console.error('git log failed');
    process.exitCode = 1;
    return;
  }
  const lines = result.stdout.split('\n').filter(Boolean);
  console.log(lines.map((line) => `* ${line}`).join('\n'));
}

await main(process.argv);
