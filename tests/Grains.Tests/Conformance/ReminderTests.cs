using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>Reminders: they outlive activations.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class ReminderTests(ConformanceFixture fixture)
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_period_below_the_minimum_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Reminded("reminders-1").Remind("r", TimeSpan.Zero, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_has_ended()
    {
        var reminded = Reminded("reminders-2");
        await reminded.Remind("wake", TimeSpan.FromMilliseconds(200), s_period);
        await reminded.End();

        await Signals.Wait("reminders-2:wake");

        Assert.Equal("wake 00:01:00 True", Signals.LogOf("reminders-2")[0]);
        await reminded.Forget("wake");
    }

    [Fact]
    public async Task A_reminder_is_found_by_name_until_it_is_unregistered()
    {
        var reminded = Reminded("reminders-3");
        await reminded.Remind("a", s_period, s_period);
        await reminded.Remind("b", s_period, s_period);

        Assert.Equal(["a", "b"], await reminded.All());
        Assert.True(await reminded.Has("a"));

        await reminded.Forget("a");

        Assert.False(await reminded.Has("a"));
        Assert.Equal(["b"], await reminded.All());
        await reminded.Forget("b");
    }

    [Fact]
    public async Task Registering_again_changes_the_reminder()
    {
        var reminded = Reminded("reminders-4");
        await reminded.Remind("again", TimeSpan.FromHours(1), s_period);

        await reminded.Remind("again", TimeSpan.FromMilliseconds(100), s_period * 2);

        await Signals.Wait("reminders-4:again");
        Assert.Equal("again 00:02:00 True", Signals.LogOf("reminders-4")[0]);
        Assert.Equal(["again"], await reminded.All());
        await reminded.Forget("again");
    }

    private IReminded Reminded(string key) => fixture.Grains.GetGrain<IReminded>(key);
}
