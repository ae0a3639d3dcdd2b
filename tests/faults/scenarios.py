# SPDX-License-Identifier: Apache-2.0
"""The commands into which faults are injected, and what must be true of each afterwards."""
import json
import os
import shutil

import world


class Scenario:
    """`prepare` makes what the command acts on; `check` says what was promised and not kept."""

    fails = False  # it fails without a fault, too

    def __init__(self, view, name, change=lambda here, config: None):
        self.view = view
        self.name = f'{view} {name}'
        self.change = change

    def lacks(self):
        """What this machine lacks for it, in its view; or nothing."""
        if self.view != 'v2' and not world.is_hybrid():
            return 'this machine has cgroup v2 alone'
        if self.change in (pod, clock) and not os.path.exists('/proc/self/ns/time'):
            return 'this kernel has no time namespaces (CONFIG_TIME_NS)'
        return None

    def arguments(self, here):
        raise NotImplementedError

    def prepare(self, here):
        """Before the command."""

    def check(self, here, succeeded, killed):
        """After it; a list of sentences."""
        raise NotImplementedError

    def begin(self, here):
        for mark in os.listdir(f'{here.rootfs}/tmp'):
            os.unlink(f'{here.rootfs}/tmp/{mark}')
        if not os.path.exists(f'{here.bundle}/config.json'):
            here.write_config(self.change)
        self.prepare(here)

    def finish(self, here):
        status, said = here.elsewhen('delete', '--force', here.id)
        problems = [] if status == 0 else [f'delete --force afterwards: {status}: {said.strip()}']
        problems += here.leftovers()
        if problems:
            here.end_all()
        return problems

    def record(self, here):
        lacks = self.lacks()
        if lacks:
            return {'skip': lacks}
        self.begin(here)
        status, said, calls = here.record(self.arguments(here))
        if (status != 0) != self.fails:
            here.end_all()
            return {'error': f'without a fault: {status}: {said.strip()}'}
        problems = self.check(here, status == 0, False) + self.finish(here)
        return {'error': f'without a fault: {"; ".join(problems)}'} if problems else {'calls': calls}

    def run_case(self, here, case):
        self.begin(here)
        status, said = here.inject(case, self.arguments(here))
        killed = status == 137 and case[0] in ('kill', 'parent')
        problems = self.check_words(here, case, status, said, killed)
        if status != 'hangs':
            problems += self.check(here, status == 0, killed)
        if problems:
            problems[-1] += f' (exit status {status}: {said.strip()})'
        problems += self.finish(here)
        return bool(here.last_hit), problems

    def check_words(self, here, case, status, said, killed):
        words = world.sentences(said)
        if status == 'hangs':
            return [f'hangs for {world.LIMIT} s']
        if status == 0 and any(word.startswith('elsewhen: ') for word in words):
            return ['an error is told, and the exit status is 0']
        if status == 0 or killed:
            return []
        # The system's own loader has words of its own.
        if any('error while loading shared libraries' in word or 'cannot' in word.split(':')[0] for word in words):
            return []
        if here.last_hit in ('write', 'writev', 'lseek') and not words:
            return []
        if case[0] in ('kill',) and case[1] == '0':
            return []
        if len(words) != 1 or not words[0].startswith('elsewhen: '):
            return [f'not one sentence: {words}']
        return []


class Create(Scenario):
    def arguments(self, here):
        return 'create', '--bundle', here.bundle, here.id

    def check(self, here, succeeded, killed):
        if not succeeded:
            return []
        # Where init waits for its start, create has gone home.
        wanted = ('created', 'stopped') if here.last_hit in ('accept4', 'recvmsg', 'close') else ('created',)
        return [] if here.status() in wanted else [f'created, and it is {here.status()}']


class Run(Scenario):
    def arguments(self, here):
        return 'run', '--detach', '--bundle', here.bundle, here.id

    def check(self, here, succeeded, killed):
        if not succeeded or here.killed_at_execve():
            return []
        if not here.wait_for(lambda: os.path.exists(f'{here.rootfs}/tmp/started')):
            return ['it ran, and the program was never started']
        return [] if here.status() == 'running' else [f'it runs, and is {here.status()}']


class Foreground(Scenario):
    """Until the program has ended by itself."""

    def arguments(self, here):
        return 'run', '--bundle', here.bundle, here.id

    def check(self, here, succeeded, killed):
        if succeeded and not os.path.exists(f'{here.rootfs}/tmp/started'):
            return ['it ran, and the program was never started']
        return here.leftovers() if succeeded else []


class Created(Scenario):
    def prepare(self, here):
        here.must('create', '--bundle', here.bundle, here.id)


class Running(Scenario):
    def prepare(self, here):
        here.must('run', '--detach', '--bundle', here.bundle, here.id)
        if not here.wait_for(lambda: os.path.exists(f'{here.rootfs}/tmp/started')):
            raise RuntimeError('the program was never started')

    def still_runs(self, here, wanted='running'):
        status = here.status()
        return [] if status == wanted else [f'it should be {wanted}, and is {status}']


class Stopped(Scenario):
    def prepare(self, here):
        here.must('run', '--detach', '--bundle', here.bundle, here.id)
        here.must('kill', here.id, 'KILL')
        if not here.wait_for(lambda: here.status() == 'stopped'):
            raise RuntimeError('it does not stop')


class Start(Created):
    def prepare(self, here):
        super().prepare(here)
        here.trace(here.state()['pid'])

    def arguments(self, here):
        return 'start', here.id

    def check(self, here, succeeded, killed):
        def started():
            return os.path.exists(f'{here.rootfs}/tmp/started')
        if succeeded and here.killed_at_execve():
            return []
        if succeeded:
            return [] if here.wait_for(started) else ['it was started, and the program never ran']
        # It runs, can be started again, or has stopped; a killed start takes nothing away.
        status, said = here.elsewhen('start', here.id)
        if (status == 0 or 'running' in said) and not here.wait_for(started):
            return ['a second start says that it runs, and it never did']
        if killed and status != 0 and 'running' not in said:
            return [f'a start that was killed cannot be repeated: {said.strip()}']
        return []


class Exec(Running):
    def arguments(self, here):
        return 'exec', here.id, 'touch', f'/tmp/{here.cgroup}'

    def check(self, here, succeeded, killed):
        problems = self.still_runs(here)
        if succeeded and not os.path.exists(f'{here.rootfs}/tmp/{here.cgroup}'):
            problems.append('exec succeeded, and the program never ran')
        return problems


class Kill(Running):
    def arguments(self, here):
        return 'kill', here.id, 'KILL'

    def check(self, here, succeeded, killed):
        if succeeded and not here.wait_for(lambda: here.status() == 'stopped'):
            return [f'it was killed, and is {here.status()}']
        return []


class KillAll(Kill):
    def arguments(self, here):
        return 'kill', '--all', here.id, 'KILL'


class Deletion:
    def arguments(self, here):
        return ('delete', '--force', here.id) if self.force else ('delete', here.id)

    def check(self, here, succeeded, killed):
        return here.leftovers() if succeeded else []


class DeleteRunning(Deletion, Running):
    force = True


class DeleteCreated(Deletion, Created):
    force = True


class DeleteStopped(Deletion, Stopped):
    force = True


class DeletePlain(Deletion, Stopped):
    force = False


class DeleteRefused(Running):
    fails = True

    def arguments(self, here):
        return 'delete', here.id

    def check(self, here, succeeded, killed):
        return (['a running container was deleted'] if succeeded else []) + self.still_runs(here)


class Pause(Running):
    def arguments(self, here):
        return 'pause', here.id

    def check(self, here, succeeded, killed):
        return self.still_runs(here, 'paused') if succeeded else []


class Resume(Running):
    def prepare(self, here):
        super().prepare(here)
        here.must('pause', here.id)

    def arguments(self, here):
        return 'resume', here.id

    def check(self, here, succeeded, killed):
        return self.still_runs(here) if succeeded else []


class DeletePaused(Deletion, Resume):
    force = True


class Update(Running):
    def arguments(self, here):
        return 'update', '--pids-limit', '321', here.id

    def lacks(self):
        controllers = '/sys/fs/cgroup/cgroup.controllers'
        if os.path.isdir('/sys/fs/cgroup/pids'):
            return super().lacks()
        if os.path.exists(controllers):
            with open(controllers, encoding='utf-8') as file:
                if 'pids' in file.read().split():
                    return super().lacks()
        return 'the pids controller is in no hierarchy of this view'

    def limit(self, here):
        for cgroup in here.cgroups():
            path = f'{cgroup}/{here.id}/pids.max'
            if os.path.exists(path):
                with open(path, encoding='utf-8') as file:
                    return file.read().strip()
        return None

    def check(self, here, succeeded, killed):
        problems = self.still_runs(here)
        if succeeded and self.limit(here) != '321':
            problems.append(f'updated, and the limit is {self.limit(here)}')
        return problems


class State(Running):
    def arguments(self, here):
        return 'state', here.id

    def check(self, here, succeeded, killed):
        if not succeeded:
            return self.still_runs(here)
        told = json.loads(here.stdout())
        return [] if told['status'] == 'running' else [f'it runs, and state says {told["status"]}']


class ClocksSave(Running):
    def arguments(self, here):
        return 'clocks', '--save', f'{here.work}/clock.json', here.id

    def prepare(self, here):
        super().prepare(here)
        with open(f'{here.work}/clock.json', 'w', encoding='utf-8') as file:
            file.write('{"old": true}')

    def check(self, here, succeeded, killed):
        problems = self.still_runs(here)
        with open(f'{here.work}/clock.json', encoding='utf-8') as file:
            text = file.read()
        try:
            saved = json.loads(text)
        except ValueError:
            return problems + [f'half a file was saved: {text!r}']
        if succeeded and 'old' in saved:
            problems.append('it was saved, and the old file is there')
        others = [name for name in os.listdir(here.work) if 'clock.json' in name and name != 'clock.json']
        if others and not killed:
            problems.append(f'a temporary file is left: {others}')
        for name in others:
            os.unlink(f'{here.work}/{name}')
        return problems


class Checkpoint(Running):
    def lacks(self):
        if 'FAULTS_WITHOUT_CRIU' in os.environ or not shutil.which('criu'):
            return 'there is no CRIU that works with this kernel'
        return super().lacks()

    def images(self, here):
        return f'{here.work}/images'

    def prepare(self, here):
        shutil.rmtree(self.images(here), ignore_errors=True)
        super().prepare(here)

    def arguments(self, here):
        return 'checkpoint', '--image-path', self.images(here), here.id

    def check(self, here, succeeded, killed):
        if not succeeded:
            return [] if killed else self.still_runs(here)
        if not os.path.exists(f'{self.images(here)}/inventory.img'):
            return ['checkpointed, and there are no images']
        return [] if here.status() in ('stopped', None) else [f'checkpointed, and it is {here.status()}']


class Restore(Checkpoint):
    def prepare(self, here):
        if not os.path.exists(f'{self.images(here)}/inventory.img'):
            super().prepare(here)
            here.must('checkpoint', '--image-path', self.images(here), here.id)
            here.must('delete', '--force', here.id)

    def arguments(self, here):
        return 'restore', '--detach', '--image-path', self.images(here), '--bundle', here.bundle, here.id

    def check(self, here, succeeded, killed):
        return self.still_runs(here) if succeeded else []


# --- bundles


def user_namespace(here, config):
    del here
    mapping = [{'containerID': 0, 'hostID': 100000, 'size': 65536}]
    config['linux']['namespaces'].append({'type': 'user'})
    config['linux']['uidMappings'] = mapping
    config['linux']['gidMappings'] = mapping


def hooks(here, config):
    del here
    names = ('prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop')
    config['hooks'] = {name: [{'path': '/bin/true'}] for name in names}
    config['hooks']['startContainer'] = [{'path': '/bin/busybox', 'args': ['true']}]


def pod(here, config):
    del here
    config['linux'].pop('timeOffsets', None)
    config['annotations'] = {'elsewhen.dev/clock': 'pod', 'elsewhen.dev/boottime': '+1d'}


def clock(here, config):
    del here
    config['linux']['namespaces'] = [n for n in config['linux']['namespaces'] if n['type'] != 'time']
    config['linux']['namespaces'].append({'type': 'time'})
    config['linux']['timeOffsets'] = {'boottime': {'secs': 1000}}


def ends(here, config):
    del here
    config['process']['args'] = ['touch', '/tmp/started']


def all_scenarios():
    deletions = ((DeleteRunning, 'delete --force of a running container'),
                 (DeleteCreated, 'delete --force of a created container'),
                 (DeleteStopped, 'delete --force of a stopped container'),
                 (DeletePaused, 'delete --force of a paused container'),
                 (DeletePlain, 'delete of a stopped container'),
                 (DeleteRefused, 'delete of a running container'))
    for view in ('hybrid', 'v1', 'v2'):
        for kind, name in deletions:
            yield kind(view, name)
        yield Create(view, 'create')
        yield Run(view, 'run')
        yield Start(view, 'start')
        yield Exec(view, 'exec')
        yield Kill(view, 'kill')
        yield KillAll(view, 'kill --all')
        yield Pause(view, 'pause')
        yield Resume(view, 'resume')
        yield Update(view, 'update')
    view = 'hybrid'
    yield Foreground(view, 'run in the foreground', ends)
    yield State(view, 'state')
    yield Create(view, 'create in a user namespace', user_namespace)
    yield Exec(view, 'exec in a user namespace', user_namespace)
    yield DeleteRunning(view, 'delete --force in a user namespace', user_namespace)
    yield Create(view, 'create with hooks', hooks)
    yield Start(view, 'start with hooks', hooks)
    yield DeleteRunning(view, 'delete --force with hooks', hooks)
    yield Create(view, 'create of a sandbox', pod)
    yield DeleteRunning(view, 'delete --force of a sandbox', pod)
    yield Run(view, 'run with a clock', clock)
    yield ClocksSave(view, 'clocks --save', clock)
    yield Checkpoint(view, 'checkpoint', clock)
    yield Restore(view, 'restore', clock)
