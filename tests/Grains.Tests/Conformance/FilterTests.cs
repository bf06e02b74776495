using Grains.Tests.Conformance.Subjects;

namespace Grains.Tests.Conformance;

/// <summary>What filters see and may change.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class FilterTests(ConformanceFixture fixture) : IDisposable
{
    public void Dispose() => RequestContext.Clear();

    [Fact]
    public async Task An_incoming_filter_sees_method_target_arguments_and_result()
    {
        RequestContext.Set("record", "filters-1");

        await fixture.Grains.GetGrain<ICallee>("filters-1").Echo("hello");

        Assert.Equal(["in Echo Echo filters-1 hello CalleeGrain Echo", "result hello"], Signals.LogOf("filters-1"));
    }

    [Fact]
    public async Task An_incoming_filter_may_change_argument_and_result()
    {
        RequestContext.Set("record", "filters-2");
        RequestContext.Set("replace", "replaced");
        Assert.Equal("replaced", await fixture.Grains.GetGrain<ICallee>("filters-2").Echo("hello"));

        RequestContext.Set("answer", "answered");
        Assert.Equal("answered", await fixture.Grains.GetGrain<ICallee>("filters-2").Echo("hello"));
    }

    [Fact]
    public async Task An_incoming_filter_that_throws_fails_the_call()
    {
        RequestContext.Set("record", "filters-3");
        RequestContext.Set("refuse", true);

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => fixture.Grains.GetGrain<ICallee>("filters-3").Echo("hello"));
    }

    [Fact]
    public async Task An_outgoing_filter_sees_the_caller_and_sets_values_that_travel()
    {
        RequestContext.Set("mark", "filters-4");

        Assert.Equal("yes", await fixture.Grains.GetGrain<ICallee>("filters-4").ContextOfNext("marked", "filters-4b"));

        Assert.Contains("out ContextOfNext filters-4 from outside", Signals.LogOf("filters-4").Select(WithoutClient));
        Assert.Contains("out Context filters-4b from filters-4", Signals.LogOf("filters-4"));
    }

    [Fact]
    public async Task A_grain_s_own_filter_runs_around_its_calls()
    {
        Assert.Equal("hello filtered", await fixture.Grains.GetGrain<IOwnFilter>("filters-5").Say("hello"));
    }

    // A client inside a silo has an id of its own in Orleans.
    private static string WithoutClient(string line) =>
        line.Contains(" from filters", StringComparison.Ordinal) ? line : line[..(line.IndexOf(" from ", StringComparison.Ordinal) + 6)] + "outside";
}
