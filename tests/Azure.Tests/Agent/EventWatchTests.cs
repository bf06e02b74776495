using NodeAgent.Events;
using NodeAgent.Imds;

namespace Azure.Tests.Agent;

public sealed class EventWatchTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Machine s_machine = new("/set", "7", "h100_7", "h100000007");

    private readonly EventWatch _watch = new(s_machine, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10));

    [Fact]
    public void Events_of_other_machines_and_of_kinds_that_nobody_knows_are_passed_over()
    {
        _watch.See(Seen(Event("a", "Reboot", "h100_8"), Event("b", "Tickle", "h100_7")));
        Assert.Empty(_watch.ToTell(s_now));
    }

    [Fact]
    public void An_event_is_told_at_once_and_again_every_five_seconds()
    {
        _watch.See(Seen(Event("a", "Reboot", "H100_7")));
        Assert.Equal("a", Assert.Single(_watch.ToTell(s_now)).Id);
        _watch.Told("a", isDrained: false, s_now);
        Assert.Empty(_watch.ToTell(s_now.AddSeconds(4)));
        Assert.Single(_watch.ToTell(s_now.AddSeconds(5)));
    }

    [Fact]
    public void An_event_of_which_azure_says_something_new_is_told_at_once()
    {
        _watch.See(Seen(Event("a", "Reboot", "h100_7")));
        _watch.Told("a", isDrained: false, s_now);
        _watch.See(Seen(Event("a", "Reboot", "h100_7") with { NotBefore = "sooner" }));
        Assert.Single(_watch.ToTell(s_now.AddSeconds(1)));
    }

    [Fact]
    public void It_may_happen_when_the_node_is_drained_and_not_before()
    {
        _watch.See(Seen(Event("a", "Redeploy", "h100_7")));
        _watch.Told("a", isDrained: false, s_now);
        Assert.Empty(_watch.ToStart(s_now.AddMinutes(9)));
        _watch.Told("a", isDrained: true, s_now.AddMinutes(9));
        Assert.Equal(["a"], _watch.ToStart(s_now.AddMinutes(9)));
        _watch.Started("a");
        Assert.Empty(_watch.ToStart(s_now.AddMinutes(9)));
    }

    [Fact]
    public void It_may_happen_ten_minutes_after_the_gateway_heard_of_it()
    {
        _watch.See(Seen(Event("a", "Redeploy", "h100_7")));
        _watch.Told("a", isDrained: false, s_now);
        _watch.Told("a", isDrained: false, s_now.AddMinutes(5));
        Assert.Equal(["a"], _watch.ToStart(s_now.AddMinutes(10)));
    }

    [Fact]
    public void What_the_gateway_never_heard_of_is_left_to_azures_time()
    {
        _watch.See(Seen(Event("a", "Redeploy", "h100_7")));
        Assert.Empty(_watch.ToStart(s_now.AddDays(1)));
    }

    [Fact]
    public void What_concerns_other_machines_too_is_never_agreed_to_for_them()
    {
        _watch.See(Seen(Event("a", "Reboot", "h100_7", "h100_8")));
        Assert.Single(_watch.ToTell(s_now));
        _watch.Told("a", isDrained: true, s_now);
        Assert.Empty(_watch.ToStart(s_now.AddDays(1)));
    }

    [Fact]
    public void What_has_begun_is_not_started_and_what_is_over_is_forgotten()
    {
        _watch.See(Seen(Event("a", "Reboot", "h100_7") with { Status = "Started", NotBefore = "" }));
        _watch.Told("a", isDrained: true, s_now);
        Assert.Empty(_watch.ToStart(s_now));
        _watch.See(Seen());
        Assert.Equal(0, _watch.Count);
    }

    [Theory]
    [InlineData("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/h100/virtualMachines/7", "7")]
    [InlineData("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/h100_1a2b3c", "h100_1a2b3c")]
    public void A_machine_of_a_uniform_set_and_of_a_flexible_one_know_their_set_and_their_id(string resource, string instance)
    {
        var compute = new ComputeDocument { Name = "h100_x", ResourceId = resource, Subscription = "s", Group = "g", ScaleSet = "h100", Os = new OsProfile { ComputerName = "H100000007" } };
        Assert.Equal(
            new Machine("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/h100", instance, "h100_x", "h100000007"), Machine.Of(compute, node: null));
        Assert.Equal("other", Machine.Of(compute, "Other")?.Node);
        Assert.Null(Machine.Of(compute with { ScaleSet = "" }, node: null));
    }

    private static EventDocument Seen(params ScheduledEvent[] events) => new() { Events = events };

    private static ScheduledEvent Event(string id, string type, params string[] resources) => new() { Id = id, Type = type, Status = "Scheduled", Resources = resources, NotBefore = "soon" };
}
