/**
 * The kernel module {@code diecast_kvm} on a real kernel: built from this checkout, loaded in the
 * worker VM, where stock guests run under nested KVM.
 */
package dev.diecast.e2e.module;
