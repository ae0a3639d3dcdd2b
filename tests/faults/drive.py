#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults at the system calls of elsewhen, and what must be true after each of them.

A scenario is a command on a container in some state, in one view of the cgroups. It is recorded once
by tests/faults; then each case does it again with one call of it killed, failed, cut short or without
memory. Afterwards the command has kept its word (what it says it did is done, and a failure is one
sentence), and a `delete --force` leaves nothing.

    ELSEWHEN FAULTS   the programs
    FAULTS_SEED=n     another choice of cases; else it is the commit's, so that a failed run can be repeated
    FAULTS_CASES=n    how many cases a scenario has; 0, or FAULTS_STEP=1: all
    FAULTS_PROGRESS=n the descriptor on which progress is shown, when it is a terminal
    FAULTS_ONLY=x     only scenarios with this in their name, or one case as a failure prints it
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scenarios  # noqa: E402
import world  # noqa: E402

RECORDINGS = 3
ERRNOS = ('ENOMEM', 'EIO', 'ENOSPC', 'EINTR', 'EMFILE', 'EAGAIN', 'EPERM')
# They return what they are asked for, or nothing at all.
NEVER_FAIL = {'getpid', 'gettid', 'getppid', 'getuid', 'geteuid', 'getgid', 'getegid', 'getpgid', 'umask', 'exit',
              'exit_group', 'rt_sigreturn', 'rt_sigaction', 'rt_sigprocmask', 'arch_prctl', 'set_tid_address',
              'set_robust_list', 'rseq', 'restart_syscall'}
SOME = {'brk': ('ENOMEM',), 'wait4': ('EINTR',), 'waitid': ('EINTR',), 'futex': ('EINTR',), 'munmap': ('ENOMEM',),
        'setsid': ('EPERM',), 'pause': ('EINTR',), 'close': ('EIO', 'EINTR'), 'access': ('ENOMEM', 'EIO', 'EPERM'),
        'kill': ('EPERM',)}


def in_main(calls):
    """Each call, and whether it is elsewhen's: what comes before main() after an execve is the loader's, which
    has no answer to a fault but to crash. main() begins with a signal's disposition."""
    loads = True
    for call in calls:
        process, _, name, _ = call
        if process == '0':
            loads = (loads or name in ('execve', 'execveat')) and name != 'rt_sigaction'
        yield call, process != '0' or not loads


def cases_of(call, is_ours):
    """What can happen at one recorded call."""
    process, number, name, what = call
    place = (process, number)
    yield ('kill',) + place
    if process != '0':
        yield ('parent',) + place
    if not is_ours:
        return
    if name not in NEVER_FAIL:
        for errno in SOME.get(name, ERRNOS):
            yield (errno,) + place
    if what in ('short', 'memory'):
        yield (what,) + place


def choose(name, calls):
    """The cases of this run, in the order in which they are recorded."""
    cases = [case for call, is_ours in in_main(calls) for case in cases_of(call, is_ours)]
    count = int(os.environ.get('FAULTS_CASES', '25'))
    if os.environ.get('FAULTS_STEP') == '1':
        count = 0
    if count == 0 or count >= len(cases):
        return cases
    # Each by itself, so that a call more or less in the recorded run changes little.
    drawn = sorted(range(len(cases)), key=lambda i: draw(name, *cases[i]))[:count]
    return [cases[i] for i in sorted(drawn)]


def draw(*words):
    return hashlib.sha256(' '.join([SEED, *words]).encode()).digest()


def progress(text):
    """On a terminal alone: one line that is written over."""
    fd = int(os.environ.get('FAULTS_PROGRESS', '2'))
    if os.isatty(fd):
        os.write(fd, f'\r\033[K{text}'.encode())


def in_child(function, *arguments):
    """Runs it in a child; returns the pid and where its answer can be read."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        world.reap_orphans()
        answer = None
        try:
            answer = function(*arguments)
        except BaseException as error:  # pylint: disable=broad-except
            answer = {'error': f'{type(error).__name__}: {error}'}
        with os.fdopen(write_end, 'w') as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(write_end)
    return pid, os.fdopen(read_end)


def answer_of(child):
    pid, pipe = child
    with pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else {'error': 'its process ended without a word'}


def record(scenario):
    """The shortest of some runs: one that has waited for something has calls that others do not make."""
    with world.World(scenario.view, 'record') as here:
        shortest = scenario.record(here)
        for _ in range(RECORDINGS - 1):
            if 'calls' not in shortest:
                break
            again = scenario.record(here)
            if 'calls' not in again or len(again['calls']) < len(shortest['calls']):
                shortest = again
        return shortest


def run_case(scenario, here, case):
    """What goes wrong before the command says nothing of it, and hides nothing of the cases before."""
    try:
        return scenario.run_case(here, case)
    except (OSError, RuntimeError, ValueError) as error:
        here.end_all()
        return True, [f'{type(error).__name__}: {error}']


def run_cases(scenario, cases, worker):
    failures, hits = [], 0
    with world.World(scenario.view, worker) as here:
        for i, case in enumerate(cases):
            begin = time.monotonic()
            hit, problems = run_case(scenario, here, case)
            if 'FAULTS_SLOW' in os.environ and time.monotonic() - begin > 1:
                print(f'# {scenario.name}:{":".join(case)} ({here.last_hit}): {time.monotonic() - begin:.1f} s',
                      file=sys.stderr)
            hits += hit
            if problems:
                failures.append([list(case), here.last_hit, problems])
                if len(failures) >= 40:
                    break
            if worker == '0':
                progress(f'{scenario.name}: {(i + 1) * 100 // len(cases)} % ')
    return {'failures': failures, 'hits': hits, 'count': len(cases)}


def run_scenario(scenario, only):
    """Returns what is told of it: "ok", "skip" or "not ok", the rest of the line, and lines below it."""
    begin = time.monotonic()
    recorded = answer_of(in_child(record, scenario))
    if recorded.get('skip'):
        return 'skip', recorded['skip'], []
    if 'error' in recorded:
        return 'not ok', '', [recorded['error']]
    cases = [only] if only else choose(scenario.name, recorded['calls'])
    workers = os.cpu_count() or 1
    children = [in_child(run_cases, scenario, cases[i::workers], str(i)) for i in range(workers)]
    lines, hits, count = [], 0, 0
    for answer in map(answer_of, children):
        if 'error' in answer:
            lines.append(answer['error'])
            continue
        hits += answer['hits']
        count += answer['count']
        for case, call, problems in answer['failures']:
            lines.append(f'FAULTS_ONLY="{scenario.name}:{":".join(case)}" ({call}): {"; ".join(problems)}')
    # A run may make fewer calls than the recorded one; when most are not made this proves nothing.
    if not only and hits < len(cases) // 2:
        lines.append(f'only {hits} of {len(cases)} cases came to their call')
    seconds = time.monotonic() - begin
    return ('not ok' if lines else 'ok'), f'{count} cases at {len(recorded["calls"])} calls, {seconds:.0f} s', lines


def main():
    only = os.environ.get('FAULTS_ONLY', '')
    case = re.fullmatch(r'(.*):(\w+):([i\d.]+):(\d+)', only)
    name = case.group(1) if case else only
    chosen = [s for s in scenarios.all_scenarios() if name == s.name or (not case and name in s.name)]
    print(f'# FAULTS_SEED={SEED}')
    print(f'1..{len(chosen)}')
    failed = False
    for number, scenario in enumerate(chosen, 1):
        state, told, lines = run_scenario(scenario, case and (case.group(2), case.group(3), case.group(4)))
        progress('')
        if state == 'skip':
            print(f'ok {number} {scenario.name} # SKIP {told}', flush=True)
            continue
        failed |= state != 'ok'
        print(f'{state} {number} {scenario.name}: {told}')
        for line in lines:
            for part in line.splitlines():
                print(f'# {part}')
        sys.stdout.flush()
    return 1 if failed else 0


def seed_of_tree():
    """The same for one tree: of the commit, or of the version where this is no clone."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    for command in (['git', '-c', 'safe.directory=*', '-C', top, 'rev-parse', '--verify', 'HEAD'],
                    [world.ELSEWHEN, '--version']):
        try:
            said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if said.strip():
            return str(int(hashlib.sha256(said.split(b'\n')[0]).hexdigest(), 16) % 10 ** 6)
    raise RuntimeError('neither git nor elsewhen --version says which tree this is; set FAULTS_SEED')


SEED = os.environ.get('FAULTS_SEED') or seed_of_tree()

if __name__ == '__main__':
    sys.exit(main())
