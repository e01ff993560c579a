const { quote } = require('shell-quote');
const shell = require('shelljs');
const execa = require('execa');
const spawn = require('cross-spawn');
const { exec } = require('child_process');

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
