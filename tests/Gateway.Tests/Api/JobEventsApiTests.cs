using System.Net.ServerSentEvents;
using System.Text;
using Gateway.Tests.Support;
using Scheduling.Jobs;

namespace Gateway.Tests.Api;

/// <summary>The timeline, live and at once.</summary>
public sealed class JobEventsApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    [Fact]
    public async Task A_stream_tells_what_happens_and_ends_with_the_job()
    {
        var id = await gateway.Submit();
        await using var stream = await Open(gateway, id);

        Assert.Equal(("1", "Submitted"), await stream.Next());
        gateway.Cluster.Jobs[id].Become(JobPhase.Running, "Started");
        Assert.Equal(("2", "Started"), await stream.Next());
        gateway.Cluster.Jobs[id].Become(JobPhase.Succeeded, "Ended", "all workers ended");
        Assert.Equal(("3", "Ended"), await stream.Next());
        Assert.Null(await stream.Next());
    }

    [Theory]
    [InlineData("1", new[] { "2", "3" })]
    [InlineData("2", new[] { "3" })]
    [InlineData("0", new[] { "1", "2", "3" })]
    public async Task A_stream_resumes_after_the_last_event_that_was_seen(string last, string[] expected)
    {
        var id = await Ended();
        await using var stream = await Open(gateway, id, ("Last-Event-ID", last));

        var seen = new List<string>();
        while (await stream.Next() is { } item)
            seen.Add(item.Id);

        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("99")]
    public async Task A_client_that_has_seen_everything_is_told_not_to_come_back(string last)
    {
        var id = await Ended();

        var reply = await gateway.Get($"/api/v1/jobs/{id}/events", null, ("Last-Event-ID", last));

        Assert.Equal((204, ""), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task A_last_event_that_is_no_sequence_is_400(string last)
    {
        var id = await gateway.Submit();

        var header = await gateway.Get($"/api/v1/jobs/{id}/events", null, ("Last-Event-ID", last));
        var query = await gateway.Get($"/api/v1/jobs/{id}/events?after={Uri.EscapeDataString(last)}");

        Assert.Equal(["Last-Event-ID"], header.IsProblem(400, "InvalidParameter").Keys);
        Assert.Equal(["after"], query.IsProblem(400, "InvalidParameter").Keys);
    }

    [Fact]
    public async Task Whoever_accepts_json_gets_what_there_is_at_once()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Jobs[id].Become(JobPhase.Running, "Started");

        var all = await gateway.Get($"/api/v1/jobs/{id}/events", null, ("Accept", "application/json"));
        var rest = await gateway.Get($"/api/v1/jobs/{id}/events?after=1", null, ("Accept", "application/json"));

        Assert.Equal("application/json; charset=utf-8", all.Headers["Content-Type"]);
        Assert.Equal(["Submitted", "Started"], all.Body["value"]!.AsArray().Select(e => e!["type"]!.GetValue<string>()));
        Assert.False(all.Body["complete"]!.GetValue<bool>());
        Assert.Equal([2L], rest.Body["value"]!.AsArray().Select(e => e!["sequence"]!.GetValue<long>()));
    }

    [Fact]
    public async Task The_events_of_a_job_that_there_is_not_are_404() =>
        (await gateway.Get("/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa/events")).IsProblem(404, "NotFound");

    [Fact]
    public async Task A_silent_stream_says_that_it_is_still_there()
    {
        await using var quick = await TestGateway.Start(settings: ("Gateway:StreamHeartbeat", "00:00:00.020"));
        var id = await quick.Submit();
        using var response = await quick.Http.GetAsync($"/api/v1/jobs/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        string? line;
        do
            line = await reader.ReadLineAsync();
        while (line is not null && !line.StartsWith(':'));

        Assert.StartsWith(": ", line, StringComparison.Ordinal);
        Assert.True(quick.Cluster.Jobs[id].Waits > 0);
    }

    [Fact]
    public async Task A_stream_that_is_old_enough_ends_so_that_its_client_comes_back()
    {
        await using var quick = await TestGateway.Start(settings: [("Gateway:StreamHeartbeat", "00:00:00.050"), ("Gateway:StreamDuration", "00:00:01")]);
        var id = await quick.Submit();

        var reply = await quick.Get($"/api/v1/jobs/{id}/events");

        Assert.Equal(200, reply.Status);
        Assert.Equal("text/event-stream", reply.Headers["Content-Type"]);
        Assert.Contains("id: 1\nevent: Submitted\ndata: {", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_the_server_ends_its_streams()
    {
        await using var stopping = await TestGateway.Start();
        var id = await stopping.Submit();
        await using var stream = await Open(stopping, id);
        await stream.Next();

        await stopping.StopAsync();

        Assert.Null(await stream.Next());
    }

    [Fact]
    public async Task Streams_have_a_limit_of_their_own()
    {
        await using var small = await TestGateway.Start(settings: ("Gateway:Streams", "1"));
        var id = await small.Submit();
        await using var first = await Open(small, id);
        await first.Next();

        var second = await small.Get($"/api/v1/jobs/{id}/events");
        var other = await small.Get($"/api/v1/jobs/{id}");

        second.IsProblem(429, "TooManyRequests");
        Assert.Equal(200, other.Status);
    }

    [Fact]
    public async Task A_line_break_in_an_event_cannot_forge_another()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Jobs[id].Become(JobPhase.Failed, "Ended\nid: 99", "line\n\nid: 77\nevent: Forged");

        var reply = await gateway.Get($"/api/v1/jobs/{id}/events");

        var items = await SseParser.Create(new MemoryStream(Encoding.UTF8.GetBytes(reply.Text))).EnumerateAsync().ToListAsync();
        Assert.Equal([("Submitted", "1"), ("message", "2")], items.Select(i => (i.EventType, i.EventId!)));
    }

    private async Task<string> Ended()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Jobs[id].Become(JobPhase.Running, "Started");
        gateway.Cluster.Jobs[id].Become(JobPhase.Succeeded, "Ended");
        return id;
    }

    private static async Task<EventReader> Open(TestGateway gateway, string id, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{id}/events");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>Reads one event at a time.</summary>
    private sealed class EventReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

        /// <summary>Null at the end.</summary>
        public async Task<(string Id, string Type)?> Next() =>
            await _items.MoveNextAsync() ? (_items.Current.EventId!, _items.Current.EventType) : null;

        public async ValueTask DisposeAsync()
        {
            response.Dispose();
            await _items.DisposeAsync();
        }
    }
}
