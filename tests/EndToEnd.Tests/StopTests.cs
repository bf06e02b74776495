using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>An orderly end, and going on after it.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    /// <summary>About one second on a machine with nothing else to do; twice and some for one that has.</summary>
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Sigterm_ends_it_cleanly_and_a_restart_goes_on()
    {
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(20);
        var address = GatewayProcess.FreeAddress();
        string running, soonOver;
        await using (var gateway = await GatewayProcess.Start(address, scratch.Data, inventory))
        {
            using var api = new Api(address);
            running = await api.Submit(Api.Job("stays", workers: 2, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runForSeconds: null), key: "stays");
            soonOver = await api.Submit(Api.Job("ends", workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 250, runForSeconds: 6), key: "ends");
            await api.Until(running, Soon, "Running");
            await api.Until(soonOver, Soon, "Running");

            Assert.Equal(0, await gateway.Terminate(StopsWithin));
        }

        await using (await GatewayProcess.Start(address, scratch.Data, inventory))
        {
            using var api = new Api(address);
            var still = await api.Job(running);
            Assert.Equal("Running", (string)still["phase"]!);
            Assert.Equal(1, (int)still["attempt"]!);
            var ended = await api.Until(soonOver, Soon, "Succeeded");
            Assert.Equal(1, (int)ended["attempt"]!);
            await api.Until(await api.Submit(Api.Job("new", workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runForSeconds: 1), key: "new"), Soon, "Succeeded");
        }
    }

    [Fact]
    public async Task A_stop_waits_neither_for_a_quiet_pool_nor_for_who_follows_a_quiet_job()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, scratch.EveryNthNode(100));
        using var api = new Api(gateway.Address);
        var id = await api.Submit(Api.Job("stays", workers: 1, cpuMilli: 1000, memoryMiB: 1024, gpus: 1, gpuMilli: 1000, runForSeconds: null), key: "stays");
        await api.Until(id, Soon, "Running");
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);

        Assert.Equal(0, await gateway.Terminate(StopsWithin));
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_refuses_in_one_line()
    {
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(100);
        await using var first = await GatewayProcess.Start(GatewayProcess.FreeAddress(), scratch.Data, inventory);
        await using var second = GatewayProcess.Launch(GatewayProcess.FreeAddress(), scratch.Data, inventory);

        Assert.NotEqual(0, await second.ExitCode(Soon));

        Assert.Contains("data", OneLine(second), StringComparison.OrdinalIgnoreCase);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task A_missing_inventory_is_refused_in_one_line()
    {
        using var scratch = new ScratchFolder();
        await using var gateway = GatewayProcess.Launch(GatewayProcess.FreeAddress(), scratch.Data, Path.Combine(scratch.Path, "missing.csv"));

        Assert.Equal(78, await gateway.ExitCode(Soon));

        Assert.Contains("missing.csv", OneLine(gateway), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_issuer_it_refuses_to_listen_beyond_this_machine_in_one_line()
    {
        using var scratch = new ScratchFolder();
        var port = GatewayProcess.FreeAddress().Port;
        await using var gateway = GatewayProcess.Launch(new Uri($"http://0.0.0.0:{port}"), scratch.Data, scratch.EveryNthNode(100));

        Assert.NotEqual(0, await gateway.ExitCode(Soon));

        Assert.Contains("Issuer", OneLine(gateway), StringComparison.Ordinal);
    }

    /// <summary>What it said on stderr, which has to be one line: a refusal is for people, not a stack trace.</summary>
    private static string OneLine(GatewayProcess gateway)
    {
        Assert.DoesNotContain("   at ", gateway.Output, StringComparison.Ordinal);
        return Assert.Single(gateway.Errors);
    }
}
