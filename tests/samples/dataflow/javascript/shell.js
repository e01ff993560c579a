const { quote } = require('shell-quote');
const shell = require('shelljs');
const execa = require('execa');
const spawn = require('cross-spawn');
const { exec } = require('child_process');
const { $ } = require('zx');

function shell_text(req, res) {
  shell.exec('ls ' + req.query.dir); // expect: command-injection
}

function command_line(req, res) {
  execa.command('ls ' + req.query.dir); // expect: command-injection
}

function program_name(req, res) {
  execa(req.query.tool, ['--version']); // expect: command-injection
}

function shell_arguments(req, res) {
  spawn('git', ['log', req.query.file], { shell: true }); // expect: command-injection
}

function shell_path(req, res) {
  shell.rm('-rf', '/srv/files/' + req.query.name); // expect: path-traversal
}

function quoted(req, res) {
  exec(quote(['ls', req.query.dir]));
}

function shell_option(req, res) {
  execa('sh', ['-c', 'ls ' + req.query.dir]); // expect: command-injection
}

function launched_shell(req, res) {
  execa('sudo', ['-u', 'www', 'sh', '-c', 'ls ' + req.query.dir]); // expect: command-injection
}

function remote_shell(req, res) {
  execa('ssh', ['files.internal', 'ls ' + req.query.dir]); // expect: command-injection
}

function package_script(req, res) {
  execa('npm', ['run', 'build', '--', req.query.target]); // expect: command-injection
}

function package_run(req, res) {
  execa('npx', [req.query.tool]); // expect: command-injection
}

function template_shell(req, res) {
  const script = 'ls ' + req.query.dir;
  $`ls ${req.query.dir}`;
  $`bash -c ${script}`; // expect: command-injection
}

function template_shell_later(req, res) {
  $`timeout ${5} sh -ec ${'ls ' + req.query.dir}`; // expect: command-injection
}

function template_remote(req, res) {
  $`ssh ${'files.internal'} ${'ls ' + req.query.dir}`; // expect: command-injection
}

function template_program(req, res) {
  $`${req.query.tool} --version`; // expect: command-injection
}
