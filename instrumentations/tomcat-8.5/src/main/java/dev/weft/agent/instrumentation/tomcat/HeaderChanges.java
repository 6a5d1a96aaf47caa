/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.HeaderWriter;
import org.apache.tomcat.util.http.MimeHeaders;

/** How Tomcat's headers are changed. Stateless. */
final class HeaderChanges implements HeaderWriter<MimeHeaders> {
  static final HeaderChanges INSTANCE = new HeaderChanges();

  private HeaderChanges() {}

  @Override
  public void set(MimeHeaders headers, String name, String value) {
    headers.setValue(name).setString(value);
  }

  @Override
  public void add(MimeHeaders headers, String name, String value) {
    headers.addValue(name).setString(value);
  }

  @Override
  public void remove(MimeHeaders headers, String name) {
    headers.removeHeader(name);
  }
}
