using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Grains.Pools;
using Microsoft.Extensions.DependencyInjection;
using Silo.Telemetry;

namespace Gateway.Tests.Telemetry;

/// <summary>/metrics, read back by the rules of the format.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
    private readonly TestGateway _gateway = new();

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Every_line_is_of_the_format_and_every_family_is_typed_once()
    {
        await _gateway.Submit();

        var reply = await _gateway.Get("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply.Headers["Content-Type"]);
        var typed = new List<string>();
        foreach (var line in reply.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                typed.Add(line.Split(' ')[2]);
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal))
                Assert.Matches(SampleLine(), line);
        }

        Assert.Equal(typed.Count, typed.Distinct().Count());
        Assert.Contains("dotnet_process_memory_working_set_bytes", typed);
        Assert.EndsWith("\n", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_counted_by_route_and_not_by_what_clients_put_in_it()
    {
        await _gateway.Submit();
        await _gateway.Submit();
        await _gateway.Get("/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa");
        await _gateway.Get("/api/v1/jobs/j-bbbbbbbbbbbbbbbbbbbb");
        await _gateway.Get("/no/such/path");

        var text = await Metrics(5);

        Assert.Equal(2, Value(text, "orleans_scheduler_http_requests_total", ("route", "/api/v1/jobs"), ("method", "POST"), ("status", "201")));
        Assert.Equal(2, Value(text, "orleans_scheduler_http_requests_total", ("route", "/api/v1/jobs/{id}"), ("method", "GET"), ("status", "404")));
        Assert.Equal(1, Value(text, "orleans_scheduler_http_requests_total", ("route", "unmatched"), ("method", "GET"), ("status", "404")));
        Assert.DoesNotContain("j-aaaa", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Durations_are_a_histogram_whose_buckets_add_up()
    {
        for (var i = 0; i < 5; i++)
            await _gateway.Submit();

        var text = await Metrics(5);

        var buckets = Samples(text).Where(s => s.Name == "orleans_scheduler_http_request_duration_seconds_bucket" && s.Labels["route"] == "/api/v1/jobs").ToArray();
        Assert.Equal("+Inf", buckets[^1].Labels["le"]);
        Assert.Equal(buckets.Select(b => b.Value).Order(), buckets.Select(b => b.Value));
        Assert.Equal(5, buckets[^1].Value);
        Assert.Equal(5, Value(text, "orleans_scheduler_http_request_duration_seconds_count", ("route", "/api/v1/jobs")));
        Assert.True(Value(text, "orleans_scheduler_http_request_duration_seconds_sum", ("route", "/api/v1/jobs")) > 0);
    }

    [Fact]
    public async Task Pools_are_told_as_they_are_and_reasons_nobody_waits_for_are_gone()
    {
        _gateway.Cluster.Pools["main"].PendingByReason = [new ReasonCount("Resources", 3)];
        var first = (await _gateway.Get("/metrics")).Text;
        _gateway.Cluster.Pools["main"].PendingByReason = [new ReasonCount("WaitingForQuota", 4)];

        // Pools are asked anew once what is known is two seconds old.
        string second;
        do
            second = (await _gateway.Get("/metrics")).Text;
        while (second.Contains("reason=\"Resources\"", StringComparison.Ordinal));

        Assert.Equal(16, Value(first, "orleans_scheduler_pool_gpus", ("pool", "main")));
        Assert.Equal(3, Value(first, "orleans_scheduler_pool_jobs_pending", ("pool", "main"), ("reason", "Resources")));
        Assert.Equal(12.5, Value(first, "orleans_scheduler_pool_gpu_time_seconds_total", ("pool", "main"), ("category", "productive")));
        Assert.Equal(4, Value(second, "orleans_scheduler_pool_jobs_pending", ("pool", "main"), ("reason", "WaitingForQuota")));
    }

    [Fact]
    public async Task Pools_that_do_not_answer_do_not_take_the_metrics_with_them()
    {
        await using var dead = await TestGateway.Start(settings: [("Gateway:CallTimeout", "00:00:00.02"), ("Gateway:CallBudget", "00:00:00.05")]);
        dead.Cluster.Before = (type, _, _) => type == "IPoolGrain" ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;

        Assert.Equal(200, (await dead.Get("/metrics")).Status);
    }

    [Fact]
    public async Task Labels_are_escaped_and_series_are_bounded()
    {
        using var meter = _gateway.Services.GetRequiredService<IMeterFactory>().Create("Orleans.Scheduler.Test");
        var counter = meter.CreateCounter<long>("test.things");
        counter.Add(1, new KeyValuePair<string, object?>("what", "a \"b\" \\ c\nd"));
        for (var i = 0; i < 5000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("what", i));

        var samples = Samples((await _gateway.Get("/metrics")).Text).Where(s => s.Name == "test_things_total").ToArray();

        Assert.Equal("a \\\"b\\\" \\\\ c\\nd", samples[0].Labels["what"]);
        Assert.Equal(2001, samples.Length);
        Assert.Equal(5001, samples.Sum(s => s.Value));
    }

    [Fact]
    public async Task Other_meters_are_not_listened_to()
    {
        using var meter = _gateway.Services.GetRequiredService<IMeterFactory>().Create("Somebody.Else");
        meter.CreateCounter<long>("foreign.things").Add(1);
        await using var neighbour = await TestGateway.Start();
        using var theirs = neighbour.Services.GetRequiredService<IMeterFactory>().Create("Orleans.Scheduler.Foreign");
        theirs.CreateCounter<long>("foreign.jobs").Add(1);

        Assert.DoesNotContain("foreign", (await _gateway.Get("/metrics")).Text, StringComparison.Ordinal);
    }

    /// <summary>A request is measured when it is over, which may be just after its client has read the answer: asks until so many are in.</summary>
    private async Task<string> Metrics(int requests)
    {
        while (true)
        {
            var text = (await _gateway.Get("/metrics")).Text;
            if (Samples(text).Where(s => s.Name == "orleans_scheduler_http_requests_total" && s.Labels["route"] != "/metrics").Sum(s => s.Value) >= requests)
                return text;
        }
    }

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);

    private static double Value(string text, string name, params (string Key, string Value)[] labels) =>
        Assert.Single(Samples(text), s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Key) == l.Value)).Value;

    private static IEnumerable<Sample> Samples(string text) =>
        from line in text.Split('\n')
        where line.Length > 0 && line[0] != '#'
        let match = SampleLine().Match(line)
        select new Sample(
            match.Groups["name"].Value,
            match.Groups["key"].Captures.Zip(match.Groups["value"].Captures).ToDictionary(p => p.First.Value, p => p.Second.Value),
            match.Groups["number"].Value == "+Inf" ? double.PositiveInfinity : double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?<key>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(\\[\\n"]|[^"\\])*)",?)+\})? (?<number>[-+]?(\d+(\.\d+)?([eE][-+]?\d+)?|Inf)|NaN)$""")]
    private static partial Regex SampleLine();
}
