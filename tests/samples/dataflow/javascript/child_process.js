const cp = require('child_process');
const util = require('util');

function shell_text(req, res) {
  cp.exec('ls ' + req.query.dir, () => {}); // expect: command-injection
}

function program_name(req, res) {
  cp.spawn(req.query.tool, ['--version']); // expect: command-injection
}

function shell_arguments(req, res) {
  cp.spawn('git', ['log', req.query.file], { shell: true }); // expect: command-injection
}

function named_shell(req, res) {
  cp.spawnSync('git', ['log', req.query.file], { shell: '/bin/bash' }); // expect: command-injection
}

function shell_option(req, res) {
  cp.execFile('/bin/sh', ['-c', 'ls ' + req.query.dir]); // expect: command-injection
}

function node_option(req, res) {
  cp.execFileSync('node', ['-e', req.query.code]); // expect: code-injection
}

function forked_script(req, res) {
  cp.fork(req.query.script); // expect: code-injection
}

function option_shell(req, res) {
  cp.exec('ls', { shell: req.query.shell }); // expect: command-injection
}

async function promised(req, res) {
  const run = util.promisify(cp.exec);
  await run('ls ' + req.query.dir); // expect: command-injection
}

function windows_shell(req, res) {
  cp.execFile('cmd.exe', ['/c', 'dir', req.query.dir]); // expect: command-injection
}

function launched_shell(req, res) {
  cp.spawn('sudo', ['-u', 'www', 'sh', '-c', 'ls ' + req.query.dir]); // expect: command-injection
}

function remote_shell(req, res) {
  cp.spawn('ssh', ['files.internal', 'ls ' + req.query.dir]); // expect: command-injection
}

function package_script(req, res) {
  cp.spawn('npm', ['run', 'build', '--', req.query.target]); // expect: command-injection
}

function package_run(req, res) {
  cp.spawn('npx', [req.query.tool]); // expect: command-injection
}
