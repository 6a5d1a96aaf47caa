/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.telemetry.MeshSpans;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Lets client spans say which route, cluster, endpoint and attempt they are. */
public final class SpanCustomizer implements AutoConfigurationCustomizerProvider {
  @Override
  public void customize(AutoConfigurationCustomizer customizer) {
    LogLevel.apply(Options.ofProcess().text(Option.LOG_LEVEL));
    customizer.addTracerProviderCustomizer(
        (builder, config) -> builder.addSpanProcessor(new AttemptWriter()));
  }

  private static final class AttemptWriter implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      if (span.getKind() == SpanKind.CLIENT) {
        MeshSpans.describe(parent, span);
      }
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return false;
    }
  }
}
