using System.Diagnostics;
using System.Globalization;
using Cluster.Tests.Campaigns;

namespace Cluster.Tests.Processes;

/// <summary>What a kubelet hears of a silo process whose grains do nothing more, and of one that is only busy.</summary>
public sealed class WedgedSiloTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const string Live = "/healthz/live";

    /// <summary>As deploy/kubernetes has it: so many failures in a row end the process.</summary>
    private const int FailureThreshold = 6;

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Node? _silo;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_silo is { } silo)
        {
            await silo.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("turns")]
    [InlineData("threads")]
    public async Task A_silo_that_runs_no_turns_fails_its_liveness_probe_from_when_its_time_is_over(string illness)
    {
        var silo = await Start(wedgedAfter: TimeSpan.FromSeconds(10));
        Assert.Equal(200, await silo.Probe(Live));
        await Ail(silo, illness);
        var began = Stopwatch.GetTimestamp();
        await SchedulerCluster.Until(async () => await silo.Probe(Live) != 200, () => $"the probe fails\n{silo.Output}");
        output.WriteLine($"{illness}: the probe fails {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after it fell ill");
        for (var failures = 1; failures < FailureThreshold; failures++)
        {
            Assert.NotEqual(200, await silo.Probe(Live));
        }

        Assert.False(silo.HasExited);
    }

    [Fact]
    public async Task A_pool_whose_turn_never_ends_fails_both_probes_by_its_name_though_everything_else_goes_on()
    {
        var silo = await Start(wedgedAfter: TimeSpan.FromSeconds(12));
        await Ail(silo, "pool");
        await SchedulerCluster.Until(async () => await silo.Probe(Live) == 503, () => $"the probe fails\n{silo.Output}");
        Assert.Equal(503, await silo.Probe("/healthz/ready"));
        Assert.Contains("pool p has not ended its turn", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_has_more_to_do_than_it_can_is_left_alone()
    {
        var wedgedAfter = TimeSpan.FromSeconds(15);
        var silo = await Start(wedgedAfter);
        var before = await Turns(silo);
        await Ail(silo, "busy");
        var (began, answers) = (Stopwatch.GetTimestamp(), new List<int>());
        await SchedulerCluster.Until(
            async () =>
            {
                answers.Add(await silo.Probe(Live));
                return Stopwatch.GetElapsedTime(began) > 2 * wedgedAfter && answers.Count(a => a == 200) >= FailureThreshold;
            },
            () => $"the probe is answered; it was: {string.Join(' ', answers)}\n{silo.Output}");

        // One that is late is no verdict; there is none but well.
        Assert.Equal([200], answers.Where(a => a != 0).Distinct());
        await SchedulerCluster.Until(async () => await Turns(silo) > before + 100, () => "it was busy");
    }

    private async Task<Node> Start(TimeSpan wedgedAfter)
    {
        var probe = new Uri($"http://127.0.0.1:{ProcessCluster.FreePort()}");
        string[] command =
        [
            "dotnet", Built.Gateway, "silo", $"--urls={probe.ToString().TrimEnd('/')}", "--Silo:Storage=Memory", $"--Silo:SiloPort={ProcessCluster.FreePort()}",
            $"--Silo:GatewayPort={ProcessCluster.FreePort()}", $"--Silo:WedgedAfter={wedgedAfter}", "--Logging:LogLevel:Orleans=Error",
        ];
        _silo = new Node("silo", command, probe, new Dictionary<string, string>());
        _silo.Start();
        await _silo.UntilReady();
        return _silo;
    }

    private async Task Ail(Node silo, string illness)
    {
        try
        {
            using var answer = await _client.PostAsync(new Uri(silo.Address, $"/ail/{illness}"), null);
            answer.EnsureSuccessStatusCode();
        }
        catch (TaskCanceledException)
        {
            // The illness was quicker than the answer.
        }
    }

    /// <summary>How many it has run; 0: it is too busy to say.</summary>
    private async Task<long> Turns(Node silo)
    {
        try
        {
            return long.Parse(await _client.GetStringAsync(new Uri(silo.Address, "/ail/turns")), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 0;
        }
    }
}
