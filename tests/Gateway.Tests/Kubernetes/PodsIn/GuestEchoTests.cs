using Gateway.Kubernetes.PodsIn;
using Gateway.Tests.Hollow;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

public sealed class GuestEchoTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);
    private static readonly AttemptId Attempt = new(new JobId("pods-1"), 1);

    private readonly GuestStore _store = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_binding_that_was_seen_before_it_is_asked_for_is_told_at_once()
    {
        using var echo = new GuestEcho(_store, _time);
        _store.Put(Guests.Pod("a").On("n1", Attempt));

        Assert.Equal("n1", await echo.NodeOf("uid-a", Within, default));
    }

    [Fact]
    public async Task A_binding_is_told_when_the_watch_shows_this_very_pod_bound()
    {
        using var echo = new GuestEcho(_store, _time);
        _store.Put(Guests.Pod("a"));
        var asked = echo.NodeOf("uid-a", Within, default);
        _store.Put(Guests.Pod("a") with { Uid = "another", Node = new NodeId("n2") });
        Assert.False(asked.IsCompleted);
        _store.Put(Guests.Pod("a").On("n1", Attempt));

        Assert.Equal("n1", await asked);
    }

    [Fact]
    public async Task Nothing_is_told_when_nothing_is_seen_within_the_time()
    {
        using var echo = new GuestEcho(_store, _time);
        var asked = echo.NodeOf("uid-a", Within, default);
        _time.Advance(Within);

        Assert.Null(await asked);
    }
}
