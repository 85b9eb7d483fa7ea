// SPDX-License-Identifier: GPL-2.0
/* Dilates the time of chosen KVM guests. Loads and unloads. */
#include <linux/module.h>

#include "internal.h"

static int __init diecast_init(void)
{
	int err;

	err = hooks_register();
	if (err)
		return err;
	err = control_register();
	if (err)
		hooks_unregister();
	return err;
}

/* No process has a factor: each would hold the module. */
static void __exit diecast_exit(void)
{
	control_unregister();
	hooks_unregister();
	table_exit();
}

module_init(diecast_init);
module_exit(diecast_exit);

MODULE_AUTHOR("The DieCast authors");
MODULE_DESCRIPTION("Time dilation of KVM guests");
MODULE_VERSION(DIECAST_VERSION);
MODULE_LICENSE("GPL");
