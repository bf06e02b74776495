using Azure.Tests.Hooks;
using Azure.Tests.Scenarios;
using Gateway.Backends;
using Grains.Jobs;
using Grains.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodeAgent;
using NodeAgent.Imds;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Azure.Tests.Agent;

/// <summary>The agent against a stub of the metadata service over HTTP and the real gateway's hooks with real grains behind them.</summary>
public sealed class AgentTests : IAsyncLifetime
{
    private const string Name = "h100_7";
    private const string Node = "h100000007";

    private readonly StringWriter _log = new();
    private readonly string _key = Path.GetTempFileName();
    private HookServer _server = null!;
    private ImdsStub _imds = null!;
    private AgentSettings _settings = null!;
    private ImdsClient _client = null!;
    private GatewayClient _gateway = null!;
    private global::NodeAgent.Agent _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HookServer.Start();
        _imds = await ImdsStub.For(_server.Set, "7", Node.ToUpperInvariant());
        await File.WriteAllBytesAsync(_key, HookServer.AgentKey);
        _settings = new AgentSettings { Gateway = _server.Http.BaseAddress, Imds = _imds.Address, KeyFile = _key, Poll = TimeSpan.FromMilliseconds(20), Ask = TimeSpan.FromMilliseconds(20) };
        (_client, _gateway) = (new ImdsClient(_settings.Imds), new GatewayClient(_settings, TimeProvider.System));
        _agent = new global::NodeAgent.Agent(_settings, _client, _gateway, TimeProvider.System, _log);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _gateway.Dispose();
        await _imds.DisposeAsync();
        await _server.DisposeAsync();
        File.Delete(_key);
    }

    [Fact]
    public async Task A_reboot_drains_the_node_and_happens_only_when_its_job_has_left()
    {
        var job = await RunJob();
        _imds.Announce("E-1", "Reboot", Name);
        await Look(async () => (await View()).State == NodeState.Draining);
        for (var look = 0; look < 5; look++)
        {
            Assert.True(await _agent.Look(TestContext.Current.CancellationToken), _log.ToString());
        }

        Assert.Empty(_imds.Started);

        await LeaveNode(job);
        await Look(() => Task.FromResult(_imds.Started.Count > 0));
        Assert.Equal(NodeState.Drained, (await View()).State);
        Assert.Equal(["E-1"], _imds.Started);
    }

    [Fact]
    public async Task An_event_is_counted_once_however_often_it_is_told()
    {
        await RunJob();
        _imds.Announce("E-1", "Preempt", Name);
        for (var look = 0; look < 5; look++)
        {
            Assert.True(await _agent.Look(TestContext.Current.CancellationToken), _log.ToString());
            await Task.Delay(_settings.Ask, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var state = await _server.State();
        Assert.Single(state.Heard);
        Assert.Single(state.Notes, n => n.What == "returns 7" && n.Reason.StartsWith("Azure scheduled Preempt of machine 7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Under_a_wrong_key_nothing_is_heard_and_nothing_is_let_happen_until_the_key_is_mended()
    {
        await Join();
        await File.WriteAllTextAsync(_key, new string('x', 32), TestContext.Current.CancellationToken);
        _imds.Announce("E-1", "Reboot", Name);
        Assert.False(await _agent.Look(TestContext.Current.CancellationToken));
        Assert.False(await _agent.Look(TestContext.Current.CancellationToken));
        Assert.Empty((await _server.State()).Heard);
        Assert.Empty(_imds.Started);
        Assert.Single(_log.ToString().Split('\n'), l => l.Contains("401", StringComparison.Ordinal));

        await File.WriteAllBytesAsync(_key, HookServer.AgentKey, TestContext.Current.CancellationToken);
        await Look(() => Task.FromResult(_imds.Started.Count > 0));
    }

    [Fact]
    public async Task It_runs_until_it_is_stopped_and_bears_a_metadata_service_that_is_busy()
    {
        await Join();
        _imds.IsBusy = true;
        using var stop = new CancellationTokenSource();
        var running = _agent.Run(stop.Token);
        await LiveCluster.Until(() => Task.FromResult(_log.ToString().Contains("429", StringComparison.Ordinal)), () => _log.ToString());
        _imds.IsBusy = false;
        _imds.Announce("E-1", "Terminate", Name);
        await LiveCluster.Until(() => Task.FromResult(_log.ToString().Contains("E-1", StringComparison.Ordinal)), () => _log.ToString());
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Settings_that_are_missing_or_wrong_are_all_named()
    {
        var settings = AgentSettings.From(name => name switch { "SCHED_AGENT_GATEWAY" => "ftp://x", "SCHED_AGENT_POLL" => "soon", "SCHED_AGENT_GRACE" => "86401", _ => null });
        Assert.Equal(4, settings.Errors().Count());
        Assert.Empty(AgentSettings.From(name => name switch { "SCHED_AGENT_GATEWAY" => "https://s.example/x", "SCHED_AGENT_KEY_FILE" => "/k", "SCHED_AGENT_POLL" => "0.5", _ => null }).Errors());
    }

    private IGrainFactory Grains => _server.Services.GetRequiredService<IGrainFactory>();

    private async Task<NodeView> View() => (await Grains.GetGrain<INodeGrain>(Node).GetView())!;

    /// <summary>Look after look, until it is so.</summary>
    private Task Look(Func<Task<bool>> isSo) => LiveCluster.Until(
        async () =>
        {
            await _agent.Look(TestContext.Current.CancellationToken);
            return await isSo();
        },
        () => _log.ToString());

    private async Task Join()
    {
        var sink = new GrainNodeSink(Grains);
        var node = new NodeSpec { Name = new NodeId(Node), CpuMilli = 96_000, MemoryMiB = 1_900_000, Gpus = 8, GpuModel = "H100" };
        var rack = new RackSpec { Rack = RackId.Of(new PoolId("gpu"), "r0"), Block = "b", Nodes = [node] };
        await sink.AddPool(new PoolId("gpu"));
        await sink.Offer(rack);
        await LiveCluster.Until(() => sink.Observe(new NodeObservation { Spec = node, Rack = rack.Rack, Ready = true }), () => "the rack did not hear of the node");
    }

    private async Task<JobId> RunJob()
    {
        await Join();
        var spec = new JobSpec
        {
            Name = "job", Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/team/u"), Pool = new PoolId("gpu"),
            Roles = [new RoleSpec { Name = "w", Count = 1, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
        };
        var answer = await Grains.GetGrain<IJobGrain>("job").Submit(new SubmitJob { Caller = LiveCluster.Admin, Spec = spec, BodyHash = "job" });
        Assert.True(answer.Answer.IsDone, answer.Answer.Message);
        await LiveCluster.Until(async () => (await Job()).Phase.HoldsResources(), () => "the job did not start");
        return new JobId("job");
    }

    private async Task<JobView> Job() => (await Grains.GetGrain<IJobGrain>("job").Get(LiveCluster.Admin))!;

    /// <summary>Its workers are gone, as a cluster would say.</summary>
    private async Task LeaveNode(JobId job)
    {
        await LiveCluster.Until(async () => (await Job()).Phase == JobPhase.Stopping, () => "the job was not asked to stop");
        await Grains.GetGrain<IJobGrain>(job.Value).Report(new AttemptReport { Attempt = 1, Gone = true });
    }
}
