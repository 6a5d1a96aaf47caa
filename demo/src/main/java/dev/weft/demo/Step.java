/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.util.function.Consumer;

/**
 * One step of the demo.
 *
 * @param title what it shows, in a few words
 * @param body carries it out
 */
record Step(String title, Consumer<Stage> body) {}
