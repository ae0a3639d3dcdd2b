# SPDX-License-Identifier: Apache-2.0
"""Where a scenario happens: a directory, a bundle, cgroups and a view of them of its own; and the proof
that nothing is left of it."""
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

CLONE_NEWNS = 0x00020000
PR_SET_CHILD_SUBREAPER = 36
ELSEWHEN = os.environ['ELSEWHEN']
FAULTS = os.environ['FAULTS']
# Longer than all that elsewhen itself waits for, on a machine that is busy with other things.
LIMIT = 120
PATIENCE = 30

LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def hierarchies():
    """The controllers of each cgroup v1 hierarchy that has some."""
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        for line in table:
            before, after = line.split(' - ')
            kind, _, options = after.split(' ', 2)
            if kind == 'cgroup':
                yield before.split()[4], [o for o in options.strip().split(',') if o not in ('rw', 'ro', 'relatime')]


def is_hybrid():
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        kinds = {line.split(' - ')[1].split()[0] for line in table}
    return 'cgroup' in kinds


def enter_view(view):
    """A mount namespace in which only v1, only v2, or both are mounted."""
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), 'unshare')
    run('mount', '--make-rprivate', '/')
    if view == 'hybrid' or not is_hybrid():
        return
    v1 = list(hierarchies())
    run('mount', '-t', 'tmpfs', 'tmpfs', '/sys/fs/cgroup')
    if view == 'v2':
        run('mount', '-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup')
        return
    for path, options in v1:
        os.makedirs(path, exist_ok=True)
        run('mount', '-t', 'cgroup', '-o', ','.join(options), 'cgroup', path)


def reap_orphans():
    """Goes on in a child, whose orphans are reaped at once: a PID namespace ends with the last of its own, and a
    machine's first process may take its time."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    worker = os.fork()
    if worker == 0:
        return
    while os.wait()[0] != worker:
        pass
    os._exit(0)


class World:
    """Entered in a process of its own, which ends with it."""

    def __init__(self, view, worker):
        self.view, self.worker = view, worker
        self.last_hit = self.last_kind = ''

    def __enter__(self):
        enter_view(self.view)
        self.work = tempfile.mkdtemp(prefix='ew.', dir='/tmp')
        os.chmod(self.work, 0o755)
        self.root = f'{self.work}/run'
        self.bundle = f'{self.work}/b'
        self.rootfs = f'{self.bundle}/rootfs'
        self.id = f'f{os.getpid()}'
        self.cgroup = f'elsewhen-faults-{os.getpid()}'
        self.tag = f'ELSEWHEN_TEST={os.getpid()}-{os.path.basename(self.work)}'
        self.environment = dict(os.environ, **dict([self.tag.split('=')]))
        self.make_rootfs()
        return self

    def __exit__(self, *unused):
        self.end_all()
        run('rm', '-rf', '--one-file-system', self.work)

    # --- bundles

    def make_rootfs(self):
        for name in ('bin', 'dev', 'proc', 'sys', 'tmp', 'etc'):
            os.makedirs(f'{self.rootfs}/{name}')
        os.chmod(f'{self.rootfs}/tmp', 0o1777)
        shutil.copy(shutil.which('busybox'), f'{self.rootfs}/bin/busybox')
        for applet in ('sh', 'sleep', 'touch', 'true'):
            os.symlink('busybox', f'{self.rootfs}/bin/{applet}')

    def write_config(self, change):
        subprocess.run([ELSEWHEN, 'spec'], cwd=self.bundle, check=True)
        path = f'{self.bundle}/config.json'
        with open(path, encoding='utf-8') as file:
            config = json.load(file)
        config['process']['terminal'] = False
        config['process']['env'].append(self.tag)
        config['process']['args'] = ['sh', '-c', 'touch /tmp/started; exec sleep 1000']
        config['root']['readonly'] = False
        config['linux']['cgroupsPath'] = f'/{self.cgroup}/{self.id}'
        change(self, config)
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(config, file)

    # --- commands

    def command(self, *arguments):
        return [ELSEWHEN, '--root', self.root, *arguments]

    def call(self, command, limit=LIMIT):
        """Exit status ("hangs" when it has none) and standard error."""
        with open(f'{self.work}/stdout', 'wb') as out, open(f'{self.work}/stderr', 'wb') as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env=self.environment)
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = 'hangs'
        with open(f'{self.work}/stderr', encoding='utf-8', errors='replace') as err:
            return status, err.read()

    def elsewhen(self, *arguments):
        return self.call(self.command(*arguments))

    def must(self, *arguments):
        status, said = self.elsewhen(*arguments)
        if status != 0:
            raise RuntimeError(f'{" ".join(arguments)}: {status}: {said}')

    def stdout(self):
        with open(f'{self.work}/stdout', encoding='utf-8') as out:
            return out.read()

    def trace(self, pid):
        """Beside the next commands that are traced, also a process that is there: by the name "i"."""
        self.environment['FAULTS_ALSO'] = str(pid)

    def record(self, arguments):
        status, said = self.call([FAULTS, 'record', f'{self.work}/calls', *self.command(*arguments)])
        with open(f'{self.work}/calls', encoding='utf-8') as calls:
            self.environment.pop('FAULTS_ALSO', None)
            return status, said, [line.split() for line in calls]

    def killed_at_execve(self):
        """From outside that is as if the program had run, and had been killed at its first instruction."""
        return self.last_kind == 'kill' and self.last_hit in ('execve', 'execveat')

    def inject(self, case, arguments):
        self.last_kind = case[0]
        hit = f'{self.work}/hit'
        status, said = self.call([FAULTS, *case, hit, *self.command(*arguments)])
        with open(hit, encoding='utf-8') as file:
            self.last_hit = file.read().strip()
        self.environment.pop('FAULTS_ALSO', None)
        return status, said

    # --- what is there

    def state(self):
        """None when there is no such container."""
        status, _ = self.elsewhen('state', self.id)
        return json.loads(self.stdout()) if status == 0 else None

    def status(self):
        state = self.state()
        return state and state['status']

    def processes(self):
        found = []
        for pid in os.listdir('/proc'):
            if not pid.isdigit() or pid == str(os.getpid()):
                continue
            try:
                with open(f'/proc/{pid}/environ', 'rb') as file:
                    if self.tag.encode() in file.read().split(b'\0'):
                        found.append(int(pid))
            except OSError:
                continue
        return found

    def cgroups(self):
        places = ['/sys/fs/cgroup']
        places += [entry.path for entry in os.scandir('/sys/fs/cgroup') if entry.is_dir(follow_symlinks=False)]
        return [f'{place}/{self.cgroup}' for place in places if os.path.isdir(f'{place}/{self.cgroup}')]

    def members(self):
        """Of those cgroups; one that has just been made has no environment yet."""
        found = []
        for cgroup in self.cgroups():
            for directory, _, _ in os.walk(cgroup):
                try:
                    with open(f'{directory}/cgroup.procs', encoding='utf-8') as file:
                        found += [int(line) for line in file if int(line) > 0]
                except OSError:
                    continue
        return found

    def is_ended(self):
        """After it has done what it can for that."""
        for pid in self.processes() + self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for cgroup in self.cgroups():
            for directory, _, files in os.walk(cgroup, topdown=False):
                try:
                    if 'freezer.state' in files:
                        with open(f'{directory}/freezer.state', 'w', encoding='utf-8') as file:
                            file.write('THAWED')
                    os.rmdir(directory)
                except OSError:
                    pass
        return not self.processes() and not self.cgroups()

    def mounts(self):
        with open('/proc/self/mountinfo', encoding='utf-8') as table:
            return [line.split()[4] for line in table if self.work in line]

    def files(self):
        found = []
        for directory, names, files in os.walk(self.root):
            names[:] = [name for name in names if name != '.filters']
            found += [f'{directory}/{name}' for name in names + files]
        return found

    def leftovers(self):
        """Processes that were killed a moment ago may still be on their way out."""
        self.wait_for(lambda: not self.processes())
        found = {'processes': self.processes(), 'cgroups': self.cgroups(), 'mounts': self.mounts(),
                 'files': self.files()}
        return [f'left behind, {kind}: {what}' for kind, what in found.items() if what]

    def wait_for(self, condition, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def end_all(self):
        """Only after a failure does this find anything."""
        for entry in (os.listdir(self.root) if os.path.isdir(self.root) else []):
            if not entry.startswith('.'):
                self.elsewhen('delete', '--force', entry)
        self.wait_for(self.is_ended)
        for mount in reversed(self.mounts()):
            subprocess.run(['umount', '-l', mount], check=False)
        shutil.rmtree(self.root, ignore_errors=True)


def sentences(said):
    """The errors among the lines of standard error; a warning is none."""
    lines = [line for line in said.splitlines() if line and not re.match(r'elsewhen: (warning|info|debug): ', line)]
    return lines
