// SPDX-License-Identifier: Apache-2.0
package vbus.venet;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import vbus.api.view.Event;
import vbus.api.view.Journal;

/// Rules for the ports of a guest, or for an uplink, of a switch: the factory configuration `vbus.venet.port~NAME`.
///
/// The switch of this bundle finds it as a service. What is wrong is refused, which the journal tells, and then the rules of before stay,
/// or there are none. It is not thrown: the component would go away, and with it the rules of before.
@Component(service = PortComponent.class, immediate = true, configurationPid = PortComponent.PID, configurationPolicy = REQUIRE)
@Designate(ocd = PortComponent.Config.class, factory = true)
public final class PortComponent {

    static final String PID = "vbus.venet.port";

    private final String name;
    private final Journal journal;
    private volatile PortSetting setting;

    @Activate
    public PortComponent(Config config, Map<String, Object> properties, @Reference Journal journal) {
        name = name(properties);
        this.journal = journal;
        change(config);
    }

    @Modified
    void change(Config config) {
        try {
            setting = PortConfiguration.setting(name, config);
        } catch (IllegalArgumentException e) {
            refuse(e);
        }
    }

    /// What it says can not be.
    void refuse(IllegalArgumentException why) {
        journal.record(Event.Kind.REFUSED, PID + "~" + name, why.getMessage());
    }

    /// Null when it was never right.
    PortSetting setting() {
        return setting;
    }

    /// The name of a factory configuration.
    static String name(Map<String, Object> properties) {
        final String pid = String.valueOf(properties.get("service.pid"));
        return pid.substring(pid.indexOf('~') + 1);
    }

    /// What a user may set.
    @ObjectClassDefinition(name = "Port of a virtual ethernet switch", description = "What the ports of a guest, or an uplink, may do.")
    public @interface Config {

        @AttributeDefinition(name = "device", description = "Name of the switch.")
        String device();

        @AttributeDefinition(name = "guest", required = false, description = "Guest whose ports these rules are for.")
        String guest() default "";

        @AttributeDefinition(name = "uplink", required = false, description = "Or the uplink that they are for.")
        String uplink() default "";

        @AttributeDefinition(name = "bus", required = false, description = "Only the guest's ports on this bus.")
        String bus() default "";

        @AttributeDefinition(name = "vlan", min = "0", max = "4094", description = "VLAN of frames without a tag. Alone it makes an access "
            + "port, with trunk it is the native VLAN; 0 for none. Without both the port knows no VLANs.")
        int vlan() default 0;

        @AttributeDefinition(name = "trunk", required = false, description = "VLANs whose frames have a tag: 10,20-29 or all.")
        String[] trunk() default {};

        @AttributeDefinition(name = "priority", min = "0", max = "7", description = "Priority of frames without a tag.")
        int priority() default 0;

        @AttributeDefinition(name = "isolated", description = "Reaches no other isolated port.")
        boolean isolated() default false;

        @AttributeDefinition(name = "up", description = "false takes the link down.")
        boolean up() default true;

        @AttributeDefinition(name = "mtu", min = "0", max = "9000",
            description = "Bytes of the longest payload to the guest, 0 for the switch's; packets that are to be segmented may be longer.")
        int mtu() default 0;

        @AttributeDefinition(name = "police", min = "0", description = "Bits per second that the guest may send; 0 for no limit.")
        long police() default 0;

        @AttributeDefinition(name = "policeBurst", min = "0", description = "Bytes that it may send at once; 0 for a tenth of a second.")
        long policeBurst() default 0;

        @AttributeDefinition(name = "rate", min = "0", description = "Bits per second that the guest may get; 0 for no limit.")
        long rate() default 0;

        @AttributeDefinition(name = "rateBurst", min = "0", description = "Bytes that it may get at once; 0 for a tenth of a second.")
        long rateBurst() default 0;

        @AttributeDefinition(name = "stormBroadcast", min = "-1",
            description = "Broadcasts per second that the guest may send; 0 for no limit, -1 for the switch's.")
        int stormBroadcast() default StormLimits.INHERITED;

        @AttributeDefinition(name = "stormMulticast", min = "-1", description = "Multicasts per second, likewise.")
        int stormMulticast() default StormLimits.INHERITED;

        @AttributeDefinition(name = "stormUnknown", min = "-1", description = "Frames per second to stations that are not known, likewise.")
        int stormUnknown() default StormLimits.INHERITED;

        @AttributeDefinition(name = "mirror", options = {@Option("none"), @Option("in"), @Option("out"), @Option("both")},
            description = "Which frames are copied to the port mirrorTo: none, in (what the guest sends), out, both.")
        String mirror() default "none";

        @AttributeDefinition(name = "mirrorTo", required = false,
            description = "Guest or uplink whose port gets the copies, and nothing else.")
        String mirrorTo() default "";

        @AttributeDefinition(name = "stations", required = false,
            description = "MAC addresses that are at this port for ever; on a trunk with the VLAN, as 02:00:00:00:00:01/10.")
        String[] stations() default {};
    }
}
