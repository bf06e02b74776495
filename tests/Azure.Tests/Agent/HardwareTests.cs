using System.Diagnostics;
using System.Net;
using System.Text;
using Azure.Tests.Hooks;
using Azure.Tests.Scenarios;
using Gateway.Backends;
using Grains.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodeAgent;
using NodeAgent.Hardware;
using NodeAgent.Imds;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Azure.Tests.Agent;

/// <summary>What the agent reads of its machine from stub files and commands, and what the real gateway and the node's grain make of it.</summary>
public sealed class HardwareTests : IAsyncLifetime
{
    private const string Node = "h100000007";

    private readonly StringWriter _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("agent-hardware").FullName;
    private HookServer _server = null!;
    private AgentSettings _settings = null!;
    private GatewayClient _gateway = null!;
    private NvidiaSmi _gpus = null!;
    private HardwareTeller _teller = null!;
    private Machine _machine = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HookServer.Start();
        await File.WriteAllBytesAsync(In("key"), HookServer.AgentKey);
        _settings = new AgentSettings { Gateway = _server.Http.BaseAddress, KeyFile = In("key"), Kvp = In("kvp"), NvidiaSmi = In("nvidia-smi"), Hardware = TimeSpan.FromMilliseconds(20) };
        _machine = new Machine(_server.Set, "7", "h100_7", Node);
        (_gateway, _gpus) = (new GatewayClient(_settings, TimeProvider.System), new NvidiaSmi(_settings.NvidiaSmi, TimeSpan.FromMinutes(1), TimeProvider.System));
        _teller = Teller(TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _gpus.Dispose();
        _gateway.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_it_reads_is_kept_with_the_node_and_told_again_it_writes_nothing()
    {
        await Join();
        await WriteHost("HOST-1.dc.example");
        await WriteGpus("echo 1652\necho 0023");
        Assert.True(await Look(), _log.ToString());
        var view = await View();
        Assert.Equal(("HOST-1.dc.example", "0023,1652"), (view.Machine.Host, view.Machine.GpuSerials));

        // The same order of another day, and an agent that starts anew and tells it all again.
        await WriteGpus("echo 0023\necho 1652");
        Assert.True(await Look());
        Assert.True(await Teller(TimeProvider.System).Look(_machine, TestContext.Current.CancellationToken));
        Assert.Equal((view.Version, 0), ((await View()).Version, (await View()).Incidents.Length));
    }

    [Fact]
    public async Task Other_hardware_under_the_same_name_is_noted_in_the_nodes_history()
    {
        await Join();
        await WriteHost("HOST-1");
        await WriteGpus("echo 1\necho 2");
        Assert.True(await Look(), _log.ToString());
        await WriteHost("HOST-2");
        await WriteGpus("echo 1\necho 9");
        Assert.True(await Look(), _log.ToString());

        var noted = Assert.Single((await View()).Incidents);
        Assert.Equal(("system:azure", "other host: HOST-2 instead of HOST-1; other GPUs: 1,9 instead of 1,2"), (noted.By, noted.Reason));
    }

    [Fact]
    public async Task What_cannot_be_read_any_more_is_told_as_nothing_and_stays_as_it_was_known()
    {
        await Join();
        await WriteHost("HOST-1");
        await WriteGpus("echo 1");
        Assert.True(await Look(), _log.ToString());
        File.Delete(In("kvp"));
        await WriteGpus("echo '[Unknown Error]'");
        Assert.True(await Look());
        Assert.True(await Teller(TimeProvider.System).Look(_machine, TestContext.Current.CancellationToken));

        var view = await View();
        Assert.Equal(("HOST-1", "1", 0), (view.Machine.Host, view.Machine.GpuSerials, view.Incidents.Length));
    }

    [Fact]
    public async Task A_message_that_comes_again_does_not_undo_what_was_told_after_it()
    {
        await Join();
        var now = TimeProvider.System.GetUtcNow();
        var old = Told(now - TimeSpan.FromSeconds(20), "HOST-1", ["1"]);
        Assert.Equal(HttpStatusCode.Accepted, (await _server.PostSigned(old, HookServer.AgentKey)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await _server.PostSigned(Told(now - TimeSpan.FromSeconds(10), "HOST-2", ["2"]), HookServer.AgentKey)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await _server.PostSigned(old, HookServer.AgentKey)).StatusCode);
        Assert.Equal(("HOST-2", "2"), ((await View()).Machine.Host, (await View()).Machine.GpuSerials));
        Assert.Single((await View()).Incidents);
    }

    [Fact]
    public async Task It_is_told_again_until_the_node_is_known_and_then_once_a_day()
    {
        await WriteHost("HOST-1");
        var time = new LaterTime();
        var teller = Teller(time);
        Assert.False(await teller.Look(_machine, TestContext.Current.CancellationToken));
        Assert.False(await teller.Look(_machine, TestContext.Current.CancellationToken));
        Assert.Single(_log.ToString().Split('\n'), l => l.Contains("404: Node h100000007 has not been seen in the cluster.", StringComparison.Ordinal));

        await Join();
        Assert.True(await teller.Look(_machine, TestContext.Current.CancellationToken), _log.ToString());
        Assert.Equal("HOST-1", (await View()).Machine.Host);

        // Within the day nobody is asked, not even under a key that the gateway does not take; after it somebody is.
        await File.WriteAllTextAsync(In("key"), new string('x', 32), TestContext.Current.CancellationToken);
        time.By = TimeSpan.FromHours(23);
        Assert.True(await teller.Look(_machine, TestContext.Current.CancellationToken));
        time.By = TimeSpan.FromHours(25);
        Assert.False(await teller.Look(_machine, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_agent_that_was_given_the_name_of_another_node_is_refused()
    {
        await Join(new NodeFacts { ProviderId = $"azure://{_server.Set}/virtualMachines/8" });
        await WriteHost("HOST-1");
        Assert.False(await Look());
        Assert.Contains("409: Node h100000007 is machine 8 of its set, not 7.", _log.ToString(), StringComparison.Ordinal);
        Assert.True(string.IsNullOrEmpty((await View()).Machine.Host));
    }

    [Fact]
    public async Task It_looks_until_it_is_stopped_and_only_once_the_machine_is_known()
    {
        await Join();
        await WriteHost("HOST-1");
        using var stop = new CancellationTokenSource();
        var known = new TaskCompletionSource<Machine>();
        var running = _teller.Run(known.Task, stop.Token);
        known.SetResult(_machine);
        await LiveCluster.Until(async () => (await View()).Machine.Host == "HOST-1", () => _log.ToString());
        await WriteHost("HOST-2");
        await LiveCluster.Until(async () => (await View()).Machine.Host == "HOST-2", () => _log.ToString());
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("exit 9")]
    [InlineData("echo 1; exit 9")]
    [InlineData("echo '[N/A]'")]
    [InlineData("echo 1; echo '[N/A]'")]
    [InlineData("true")]
    [InlineData("head -c 100000 /dev/zero | tr '\\0' '1'")]
    public async Task A_tool_that_fails_or_does_not_know_them_all_gives_no_serial_numbers(string script)
    {
        await WriteGpus(script);
        Assert.Null(await _gpus.Serials(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_tool_that_is_absent_or_hangs_gives_no_serial_numbers()
    {
        Assert.Null(await _gpus.Serials(TestContext.Current.CancellationToken));
        await WriteGpus("exec sleep 600");
        using var gpus = new NvidiaSmi(_settings.NvidiaSmi, TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Null(await gpus.Serials(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_is_absent_cut_off_or_silent_on_the_host_gives_none()
    {
        Assert.Null(await KvpPool.Host(In("kvp"), TestContext.Current.CancellationToken));
        await File.WriteAllBytesAsync(In("kvp"), Record("HostName", "x"), TestContext.Current.CancellationToken);
        Assert.Null(await KvpPool.Host(In("kvp"), TestContext.Current.CancellationToken));
        await File.WriteAllBytesAsync(In("kvp"), Record("PhysicalHostNameFullyQualified", "HOST-1")[..^1], TestContext.Current.CancellationToken);
        Assert.Null(await KvpPool.Host(In("kvp"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"host":"a b"}""", "hardware.host must be absent, or 1 to 253 letters")]
    [InlineData("""{"host":""}""", "hardware.host must be absent, or 1 to 253 letters")]
    [InlineData("""{"gpuSerials":[]}""", "hardware.gpuSerials must be absent, or a list of 1 to 64 serial numbers.")]
    [InlineData("""{"gpuSerials":["1","2,3"]}""", "hardware.gpuSerials[1] must be 1 to 31 letters")]
    [InlineData("""{"gpuSerials":["12345678901234567890123456789012"]}""", "hardware.gpuSerials[0] must be 1 to 31 letters")]
    [InlineData("""{"readAt":"2001-01-01T00:00:00Z"}""", "hardware.readAt must be a time in RFC 3339 form, not more than 300 s from this gateway's clock.")]
    [InlineData("""{"readAt":7}""", "hardware.readAt must be a time in RFC 3339 form")]
    public async Task What_breaks_a_rule_is_refused_with_its_field_and_the_rule(string fields, string says)
    {
        var hardware = new Dictionary<string, object> { ["readAt"] = TimeProvider.System.GetUtcNow() };
        foreach (var field in System.Text.Json.JsonDocument.Parse(fields).RootElement.EnumerateObject())
        {
            hardware[field.Name] = field.Value.Clone();
        }

        await Join();
        var answer = await _server.PostSigned(new { set = _server.Set, instance = "7", node = Node, hardware }, HookServer.AgentKey);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, System.Text.RegularExpressions.Regex.Unescape(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        Assert.True(string.IsNullOrEmpty((await View()).Machine.GpuSerials));
    }

    [Fact]
    public async Task Of_a_set_that_is_not_ours_and_without_a_signature_nothing_is_kept()
    {
        await Join();
        var now = TimeProvider.System.GetUtcNow();
        var other = new { set = _server.Set + "x", instance = "7", node = Node, hardware = new { readAt = now, host = "HOST-1" } };
        Assert.Equal(HttpStatusCode.Accepted, (await _server.PostSigned(other, HookServer.AgentKey)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.PostSigned(Told(now, "HOST-1", ["1"]), [.. new byte[32]])).StatusCode);
        Assert.True(string.IsNullOrEmpty((await View()).Machine.Host));
    }

    private object Told(DateTimeOffset readAt, string host, string[] gpuSerials) => new { set = _server.Set, instance = "7", node = Node, hardware = new { readAt, host, gpuSerials } };

    private HardwareTeller Teller(TimeProvider time) => new(_settings, _gpus, _gateway, time, _log);

    private Task<bool> Look() => _teller.Look(_machine, TestContext.Current.CancellationToken);

    private string In(string name) => Path.Combine(_folder, name);

    private Task WriteHost(string host) => File.WriteAllBytesAsync(In("kvp"), [.. Record("HostName", "x"), .. Record("PhysicalHostNameFullyQualified", host), .. Record("VirtualMachineName", "y")]);

    private static byte[] Record(string key, string value)
    {
        var record = new byte[512 + 2048];
        Encoding.UTF8.GetBytes(key, record);
        Encoding.UTF8.GetBytes(value, record.AsSpan(512));
        return record;
    }

    /// <summary>By a shell: what this process wrote itself could not be run while a child that it starts elsewhere still holds the file.</summary>
    private async Task WriteGpus(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "cat >\"$0\" && chmod 700 \"$0\"", In("nvidia-smi")]) { RedirectStandardInput = true })!;
        await shell.StandardInput.WriteAsync($"#!/bin/sh\n{script}\n");
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
    }

    private async Task<NodeView> View() => (await Grains.GetGrain<INodeGrain>(Node).GetView())!;

    private IGrainFactory Grains => _server.Services.GetRequiredService<IGrainFactory>();

    private async Task Join(NodeFacts? facts = null)
    {
        var sink = new GrainNodeSink(Grains);
        var node = new NodeSpec { Name = new NodeId(Node), CpuMilli = 96_000, MemoryMiB = 1_900_000, Gpus = 8, GpuModel = "H100" };
        var rack = new RackSpec { Rack = RackId.Of(new PoolId("gpu"), "r0"), Block = "b", Nodes = [node] };
        await sink.AddPool(new PoolId("gpu"));
        await sink.Offer(rack);
        await LiveCluster.Until(() => sink.Observe(new NodeObservation { Spec = node, Rack = rack.Rack, Ready = true, Facts = facts }), () => "the rack did not hear of the node");
    }

    /// <summary>The machine's clock, some time later.</summary>
    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
