// SPDX-License-Identifier: GPL-2.0
/* /dev/diecast_kvm; diecast_kvm.h says what it takes. */
#include <linux/anon_inodes.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gcd.h>
#include <linux/magic.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "internal.h"

static_assert(sizeof(struct diecast_kvm_info) == 64);
static_assert(sizeof(struct diecast_kvm_set) == 32);
static_assert(sizeof(struct diecast_kvm_state) == 96);

/*
 * The struct pid of a pidfd. The kernel has a function for it, but not for
 * modules. Since 6.9 pidfds have a file system of their own; before, and without
 * it, they are anonymous files of this name, which only pidfds bear.
 */
static struct pid *pid_of(struct file *file)
{
	struct super_block *sb = file_inode(file)->i_sb;

#ifdef PID_FS_MAGIC
	if (sb->s_magic == PID_FS_MAGIC)
		return file_inode(file)->i_private;
#endif
	if (sb->s_magic == ANON_INODE_FS_MAGIC &&
	    !strcmp(file->f_path.dentry->d_name.name, "[pidfd]"))
		return file->private_data;
	return NULL;
}

static struct task_struct *task_of(int pidfd)
{
	struct task_struct *task;
	struct file *file;
	struct pid *pid;

	file = fget(pidfd);
	if (!file)
		return ERR_PTR(-EBADF);
	pid = pid_of(file);
	task = pid ? get_pid_task(pid, PIDTYPE_TGID) : ERR_PTR(-EINVAL);
	fput(file);
	return task ?: ERR_PTR(-ESRCH);
}

struct search {
	struct kvm *kvm;
	bool several;
};

static int is_vm(const void *data, struct file *file, unsigned int fd)
{
	struct search *search = (struct search *)data;
	struct kvm *kvm = file->private_data;

	if (!file_is_kvm(file) || kvm == search->kvm)
		return 0;
	if (search->kvm) {
		search->several = true;
		return 1;
	}
	/* The file has one, and cannot go meanwhile. */
	kvm_get_kvm(kvm);
	search->kvm = kvm;
	return 0;
}

/* The virtual machine that a process has; NULL where it has none. */
static struct kvm *vm_of(struct task_struct *task, struct mm_struct *mm)
{
	struct search search = {};

	task_lock(task);
	if (task->files)
		iterate_fd(task->files, 0, is_vm, &search);
	task_unlock(task);
	if (!search.several && search.kvm && search.kvm->mm == mm)
		return search.kvm;
	if (search.kvm)
		kvm_put_kvm(search.kvm);
	return search.several ? ERR_PTR(-EOPNOTSUPP) : NULL;
}

static bool is_pending(const struct dilated *d)
{
	return !factor_equal(d->line.f, d->asked) ||
	       !bitmap_subset(d->seen, d->current_, KVM_MAX_VCPUS);
}

static void ask(struct dilated *d, struct factor f)
{
	raw_spin_lock_irq(&d->lock);
	if (!d->line.set || !is_pending(d))
		d->former = d->asked;
	if (!factor_equal(d->asked, f))
		d->changes++;
	d->asked = f;
	raw_spin_unlock_irq(&d->lock);
}

static void change_now(struct dilated *d)
{
	queue_work(system_unbound_wq, &d->change);
	flush_work(&d->change);
}

/* Of a VM that is there. The factor of a new entry is 1. */
static int set_running(struct dilated *d, struct kvm *kvm, struct factor f)
{
	bool known = true;

	if (change_adopt(d, kvm)) {
		change_now(d);
		raw_spin_lock_irq(&d->lock);
		known = d->line.set;
		raw_spin_unlock_irq(&d->lock);
	}
	/* None of its vCPUs had a CPU for so long: from where it goes on is not known. */
	if (!known)
		return -EAGAIN;
	ask(d, f);
	change_now(d);
	return 0;
}

static int set(struct task_struct *task, struct mm_struct *mm, struct factor f)
{
	struct dilated *d;
	struct kvm *kvm;
	int err = 0;

	table_collect();
	d = table_find(mm);
	if (!d && factor_is_one(f))
		return 0;
	kvm = vm_of(task, mm);
	if (IS_ERR(kvm))
		return PTR_ERR(kvm);
	if (!d && table_count() < DIECAST_MAX_PROCESSES)
		d = table_add(mm);
	else if (!d)
		d = ERR_PTR(-ENOSPC);
	if (IS_ERR_OR_NULL(d)) {
		if (kvm)
			kvm_put_kvm(kvm);
		return d ? PTR_ERR(d) : -ENOMEM;
	}
	if (kvm) {
		err = set_running(d, kvm, f);
		kvm_put_kvm(kvm);
	} else {
		ask(d, f);
	}
	table_collect();
	return err;
}

static int check(const struct diecast_kvm_set *args, struct factor *f)
{
	unsigned long common;

	if (args->flags || !args->numerator || !args->denominator)
		return -EINVAL;
	if (args->numerator > DIECAST_MAX_TERM || args->denominator > DIECAST_MAX_TERM)
		return -EINVAL;
	if (args->numerator < args->denominator ||
	    args->numerator > (u64)args->denominator * DIECAST_MAX_FACTOR)
		return -EINVAL;
	if (!args->wall_host_ns != !args->wall_model_ns)
		return -EINVAL;
	if (args->wall_host_ns)
		return -EOPNOTSUPP;
	common = gcd(args->numerator, args->denominator);
	f->num = args->numerator / common;
	f->den = args->denominator / common;
	return 0;
}

static long ioctl_set(void __user *arg)
{
	struct diecast_kvm_set args;
	struct task_struct *task;
	struct mm_struct *mm;
	struct factor f;
	int err;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	err = check(&args, &f);
	if (err)
		return err;
	task = task_of(args.pidfd);
	if (IS_ERR(task))
		return PTR_ERR(task);
	mm = get_task_mm(task);
	err = -ESRCH;
	if (mm) {
		err = mutex_lock_interruptible(&table_mutex);
		if (!err) {
			err = set(task, mm, f);
			mutex_unlock(&table_mutex);
		}
		mmput(mm);
	}
	put_task_struct(task);
	return err;
}

static void describe(struct dilated *d, struct diecast_kvm_state *state)
{
	struct factor effective;
	bool pending;

	raw_spin_lock_irq(&d->lock);
	pending = d->line.set && is_pending(d);
	effective = pending ? d->former : d->asked;
	state->flags = d->flags;
	if (pending)
		state->flags |= DIECAST_KVM_STATE_CHANGE_PENDING;
	if (d->line.set)
		state->flags |= DIECAST_KVM_STATE_SEEN;
	state->numerator = d->asked.num;
	state->denominator = d->asked.den;
	state->effective_numerator = effective.num;
	state->effective_denominator = effective.den;
	state->boot_numerator = d->boot.num;
	state->boot_denominator = d->boot.den;
	state->vcpus = bitmap_weight(d->seen, KVM_MAX_VCPUS);
	state->changes = d->changes;
	state->publications = d->publications;
	state->deadlines = d->deadlines;
	state->lapic_timers = d->lapic_timers;
	state->corrections = d->corrections;
	raw_spin_unlock_irq(&d->lock);
}

static long ioctl_get(void __user *arg)
{
	struct diecast_kvm_state args, state = {};
	struct task_struct *task;
	struct mm_struct *mm;
	struct dilated *d;
	int err;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.flags || memchr_inv(args.reserved, 0, sizeof(args.reserved)))
		return -EINVAL;
	task = task_of(args.pidfd);
	if (IS_ERR(task))
		return PTR_ERR(task);
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return -ESRCH;
	state.pidfd = args.pidfd;
	state.numerator = 1;
	state.denominator = 1;
	state.effective_numerator = 1;
	state.effective_denominator = 1;
	err = mutex_lock_interruptible(&table_mutex);
	if (!err) {
		d = table_find(mm);
		if (d)
			describe(d, &state);
		mutex_unlock(&table_mutex);
	}
	mmput(mm);
	if (err)
		return err;
	return copy_to_user(arg, &state, sizeof(state)) ? -EFAULT : 0;
}

static long ioctl_info(void __user *arg)
{
	struct diecast_kvm_info info = {
		.abi = DIECAST_KVM_ABI,
		.features = hooks_features(),
		.max_numerator = DIECAST_MAX_TERM,
		.max_denominator = DIECAST_MAX_TERM,
		.max_factor = DIECAST_MAX_FACTOR,
		.max_processes = DIECAST_MAX_PROCESSES,
		.missed = hooks_missed(),
		.version = DIECAST_VERSION,
	};

	if (mutex_lock_interruptible(&table_mutex))
		return -EINTR;
	table_collect();
	info.dilated = table_count();
	mutex_unlock(&table_mutex);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case DIECAST_KVM_INFO:
		return ioctl_info((void __user *)arg);
	case DIECAST_KVM_SET:
		return ioctl_set((void __user *)arg);
	case DIECAST_KVM_GET:
		return ioctl_get((void __user *)arg);
	}
	return -ENOTTY;
}

static int control_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice control = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "diecast_kvm",
	.fops = &control_fops,
	.mode = 0600,
};

int control_register(void)
{
	return misc_register(&control);
}

void control_unregister(void)
{
	misc_deregister(&control);
}
