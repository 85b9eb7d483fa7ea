package dev.diecast.operator.event;

/** One thing to tell. */
public record Announcement(EventReason reason, String message) {}
