/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket that is another one in all that its subclass does not do itself. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the other one does what is needed
abstract class DelegatingSocket extends Socket {
  /** Returns the socket that this one is now. */
  abstract Socket current();

  @Override
  public abstract void connect(SocketAddress endpoint, int timeoutMillis) throws IOException;

  @Override
  public abstract void close() throws IOException;

  @Override
  public abstract boolean isClosed();

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void bind(SocketAddress bindpoint) throws IOException {
    current().bind(bindpoint);
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return current().getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return current().getLocalAddress();
  }

  @Override
  public int getPort() {
    return current().getPort();
  }

  @Override
  public int getLocalPort() {
    return current().getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return current().getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return current().getLocalSocketAddress();
  }

  @Override
  public @Nullable SocketChannel getChannel() {
    return current().getChannel();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return current().getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return current().getOutputStream();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    current().setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return current().getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int linger) throws SocketException {
    current().setSoLinger(on, linger);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return current().getSoLinger();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    current().sendUrgentData(data);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    current().setOOBInline(on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return current().getOOBInline();
  }

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    current().setSoTimeout(timeout);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return current().getSoTimeout();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    current().setSendBufferSize(size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return current().getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    current().setReceiveBufferSize(size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return current().getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    current().setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return current().getKeepAlive();
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    current().setTrafficClass(tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return current().getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    current().setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return current().getReuseAddress();
  }

  @Override
  public void shutdownInput() throws IOException {
    current().shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    current().shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return current().isConnected();
  }

  @Override
  public boolean isBound() {
    return current().isBound();
  }

  @Override
  public boolean isInputShutdown() {
    return current().isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return current().isOutputShutdown();
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
    current().setPerformancePreferences(connectionTime, latency, bandwidth);
  }

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
    current().setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return current().getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return current().supportedOptions();
  }

  @Override
  public String toString() {
    return current().toString();
  }
}
