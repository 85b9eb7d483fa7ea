package dev.diecast.standalone.virt;

/**
 * How a guest's process ended.
 *
 * @param succeeded whether the guest itself shut down or rebooted
 * @param message for people, with the last lines of what QEMU said where it failed
 */
record GuestEnd(boolean succeeded, String message) {}
