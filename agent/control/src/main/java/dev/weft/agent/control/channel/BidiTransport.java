/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

/**
 * Opens a stream of messages both ways. All its calls and callbacks are on the control loop.
 *
 * @param <Q> what is sent
 * @param <R> what is received
 */
@FunctionalInterface
public interface BidiTransport<Q, R> {
  /** Opens a stream. Returns at once; the observer learns what comes of it. */
  Exchange<Q> open(Observer<R> observer);

  /**
   * One stream.
   *
   * @param <Q> what is sent
   */
  interface Exchange<Q> {
    /** Sends a message. */
    void send(Q message);

    /** Allows the other end to deliver one message more. The first is allowed from the start. */
    void requestNext();

    /** Says that nothing more is to be sent, so that the other end closes the stream in order. */
    void finish();

    /** Breaks the stream off. */
    void cancel(String reason);
  }

  /**
   * Who is told what comes of a stream.
   *
   * @param <R> what is received
   */
  interface Observer<R> {
    /** The connection is there. At most once. */
    void connected();

    /** A message came. */
    void received(R message);

    /** The stream is over. Once, at the end. */
    void closed(String reason);
  }
}
