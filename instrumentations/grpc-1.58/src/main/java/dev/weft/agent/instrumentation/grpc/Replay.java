/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ClientCall;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * What the application did with a call so far, to do it again with the next attempt. It is kept
 * while there is no attempt to do it with, and then until the response begins, or the messages are
 * larger than {@link #LIMIT_BYTES}, or one of them can be read only once. Confined to the call's
 * steps.
 */
final class Replay<ReqT> {
  /** The messages' size, not compressed, up to which a call can be sent again. As the library's. */
  static final long LIMIT_BYTES = 1L << 20;

  private static final long BYTES_PER_MESSAGE = 64;

  private final List<Deed<ReqT>> deeds = new ArrayList<>(2);
  private int requested;
  private int messages;
  private boolean complete;
  private volatile boolean recording = true;

  /** Returns whether the next attempt can be told all that was done. Thread-safe. */
  boolean isRecording() {
    return recording;
  }

  /** Returns whether the application has sent all its messages. */
  boolean isComplete() {
    return complete;
  }

  void stop() {
    recording = false;
    deeds.clear();
  }

  void requested(int numMessages) {
    requested += numMessages;
  }

  void completed() {
    complete = true;
  }

  /**
   * Takes note of something done.
   *
   * @param sent how many bytes of messages the attempt under way has sent; -1 if there is none
   */
  void add(Deed<ReqT> deed, long sent) {
    if (sent >= 0 && (!recording || sent + messages * BYTES_PER_MESSAGE > LIMIT_BYTES)) {
      stop();
    } else {
      deeds.add(deed);
    }
  }

  void message(ReqT message) {
    messages++;
    if (message instanceof InputStream) {
      recording = false; // what waits for the first attempt is kept, for that one
    }
  }

  /** Does it all with a new attempt. */
  void applyTo(ClientCall<ReqT, ?> call) {
    if (requested > 0) {
      call.request(requested);
    }
    for (Deed<ReqT> deed : deeds) {
      deed.applyTo(call);
    }
    if (!recording) {
      deeds.clear();
    }
  }

  /** Does it all with another call, which is asked for responses otherwise. */
  void copyTo(ClientCall<ReqT, ?> call) {
    for (Deed<ReqT> deed : deeds) {
      deed.applyTo(call);
    }
  }

  /** A message, the end of the messages, or a switch of compression. */
  @FunctionalInterface
  interface Deed<ReqT> {
    void applyTo(ClientCall<ReqT, ?> call);
  }
}
