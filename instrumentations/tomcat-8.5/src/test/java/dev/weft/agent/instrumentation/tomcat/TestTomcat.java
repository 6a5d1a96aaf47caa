/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.coyote.http2.Http2Protocol;

/** An embedded Tomcat with {@link AppScript} on any loopback port, plain and h2c. */
final class TestTomcat implements AutoCloseable {
  private final Tomcat tomcat;

  private TestTomcat(Tomcat tomcat) {
    this.tomcat = tomcat;
  }

  /** Starts a server. */
  static TestTomcat start() {
    return start(connector -> {}, context -> {});
  }

  /** Starts a server after its connector and its context have been set up. */
  static TestTomcat start(Consumer<Connector> connectorSetup, Consumer<Context> contextSetup) {
    return start("HTTP/1.1", connectorSetup, contextSetup);
  }

  /** Starts a server whose connector has another protocol than NIO's. */
  static TestTomcat start(
      String protocol, Consumer<Connector> connectorSetup, Consumer<Context> contextSetup) {
    try {
      Path folder = Files.createTempDirectory("tomcat");
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir(folder.toString());
      tomcat.getHost().setAppBase(folder.toString());
      Connector connector = new Connector(protocol);
      connector.setPort(0);
      connector.setProperty("address", "127.0.0.1");
      connector.addUpgradeProtocol(new Http2Protocol());
      connectorSetup.accept(connector);
      tomcat.setConnector(connector);
      Context context = tomcat.addContext("", folder.toString());
      contextSetup.accept(context);
      Tomcat.addServlet(context, "app", servlet()).setAsyncSupported(true);
      context.addServletMappingDecoded("/", "app");
      tomcat.start();
      return new TestTomcat(tomcat);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String servlet() {
    int major = Integer.parseInt(ServerInfo.getServerNumber().split("\\.")[0]);
    return TestTomcat.class.getPackageName() + (major < 10 ? ".JavaxApp" : ".JakartaApp");
  }

  int port() {
    return connector().getLocalPort();
  }

  Connector connector() {
    return tomcat.getConnector();
  }

  @Override
  public void close() {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }
}
