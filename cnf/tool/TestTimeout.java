// SPDX-License-Identifier: Apache-2.0
import aQute.bnd.osgi.Processor;

/// How long the tests of a project or a bndrun may take: `-vbus-test-timeout`, in seconds.
record TestTimeout(int seconds) {

    static TestTimeout of(Processor tests) {
        return new TestTimeout(Integer.parseInt(tests.getProperty("-vbus-test-timeout", "300").strip()));
    }

    String message() {
        return "the tests did not end within " + seconds + " s: the log ends with their threads";
    }
}
