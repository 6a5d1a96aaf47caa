/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a library takes for an accepted connection's channel: reads and writes go by way of {@link
 * SniffedChannel}. It cannot be registered with a selector; the library registers, blocks and times
 * out the {@linkplain #real real one}.
 */
public final class SecuredSocketChannel extends SocketChannel {
  private final SocketChannel real;
  private final SniffedChannel sniffed;

  /**
   * Stands in for a channel that nothing was read from.
   *
   * @param applicationProtocols what to agree on in TLS, as {@link ServerTls#engine} has it
   */
  public SecuredSocketChannel(
      SocketChannel real, ServerTls settings, List<String> applicationProtocols) {
    super(real.provider());
    this.real = real;
    this.sniffed =
        new SniffedChannel(real, settings, applicationProtocols, AcceptedConnection.of(real));
  }

  /** Returns the channel that this one stands in for. */
  public SocketChannel real() {
    return real;
  }

  /** Returns what reads and writes go through. */
  public SniffedChannel sniffed() {
    return sniffed;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return sniffed.read(target);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return sniffed.write(source);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        return sniffed.read(targets[i]);
      }
    }
    return 0;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (sources[i].hasRemaining()) {
        return sniffed.write(sources[i]);
      }
    }
    return 0;
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    sniffed.close();
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    real.configureBlocking(block);
  }

  @Override
  public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
    real.bind(local);
    return this;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    real.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return real.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return real.supportedOptions();
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    real.shutdownInput();
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    real.shutdownOutput();
    return this;
  }

  @Override
  public Socket socket() {
    return real.socket();
  }

  @Override
  public boolean isConnected() {
    return real.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return real.isConnectionPending();
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    return real.connect(remote);
  }

  @Override
  public boolean finishConnect() throws IOException {
    return real.finishConnect();
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    return real.getRemoteAddress();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }
}
