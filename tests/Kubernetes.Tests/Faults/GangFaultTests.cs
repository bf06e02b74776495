using System.Net;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Faults;

/// <summary>
/// The production reconciler and client against a real API server, while the server, the network and the gateway itself fail: no pod is bound
/// twice, and every gang ends whole.
/// </summary>
public sealed class GangFaultTests(OwnKubeServer fixture) : IClassFixture<OwnKubeServer>
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task A_gateway_that_dies_with_every_single_write_leaves_no_gang_half_bound()
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 2, workers: 3);
        for (var life = 1; world.Book.Started < 2; life++)
        {
            Assert.True(life < 60, $"60 lives did not get it done: {world.Book.Describe()}");

            // Each gets a step further than the last: one effect that is lost, or that arrives, and the end. Enough of them live on to make headway.
            await using var gateway = await GatewayLife.Begin(world, $"life-{life}", life);
            (gateway.DiesAt, gateway.DiesAfter) = (1 + (life % 3), life % 2 == 0);
            await Task.WhenAny(gateway.Died, Until(() => world.Book.Started == 2));
        }

        await using var last = await GatewayLife.Begin(world, "last", 0);
        await world.AllRunWhole();
    }

    [KubeTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Answers_that_are_lost_late_refused_or_cut_change_nothing(int seed)
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 3, workers: 4);
        await using var gateway = await GatewayLife.Begin(world, "one", seed);
        var (random, left, gate) = (new Random(seed), 120, new Lock());
        gateway.Faults = request =>
        {
            lock (gate)
            {
                return left-- > 0 && !request.Path.Contains("/leases", StringComparison.Ordinal) ? Draw(random) : null;
            }
        };

        await world.AllRunWhole();
    }

    [KubeFact]
    public async Task An_api_server_that_is_killed_while_pods_are_bound_and_comes_back_finds_every_gang_whole()
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 3, workers: 4);
        var binds = 0;
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.OnWrite = request =>
        {
            if (request.IsBind && Interlocked.Increment(ref binds) == 3)
            {
                third.TrySetResult();
            }
        };
        await using var gateway = await GatewayLife.Begin(world, "one", 1);

        await third.Task.WaitAsync(TimeSpan.FromMinutes(3));
        await Server.RestartApiServer();

        await world.AllRunWhole();
    }

    [KubeFact]
    public async Task A_watch_that_is_cut_and_whose_version_was_compacted_away_goes_on_from_a_fresh_list()
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 2, workers: 3);
        await using var gateway = await GatewayLife.Begin(world, "one", 1);
        await world.AllRunWhole();

        // Its watches come back only after what they would go on from is forgotten, and after another gang was asked for.
        var isClosed = true;
        gateway.Faults = request => Volatile.Read(ref isClosed) && request.IsWatch ? new Fault { Status = HttpStatusCode.ServiceUnavailable } : null;
        gateway.CutAll();
        await Server.Admin.Delete($"/api/v1/namespaces/{world.Space}/pods/{world.Space}-0-1-0");
        await Server.Compact();
        await Server.RestartApiServer();
        Volatile.Write(ref isClosed, false);

        // The deletion is noticed: the attempt is over, and the next one runs whole.
        await Eventually.True(() => Task.FromResult(world.Book.Current(new($"{world.Space}-0")).Number > 1), "the lost pod is noticed", TimeSpan.FromMinutes(5));
        await world.AllRunWhole();
    }

    [KubeFact]
    public async Task A_server_that_asks_for_fewer_calls_again_and_again_gets_every_gang_bound_once()
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 2, workers: 4);
        await using var gateway = await GatewayLife.Begin(world, "one", 1);
        var calls = 0;
        gateway.Faults = request => request.IsWrite && Interlocked.Increment(ref calls) is var call && call % 4 == 0 && call < 40
            ? new Fault { Status = HttpStatusCode.TooManyRequests, RetryAfter = TimeSpan.FromSeconds(1) }
            : null;

        await world.AllRunWhole();
    }

    [KubeFact]
    public async Task When_the_leader_freezes_another_takes_over_and_what_the_frozen_one_sends_late_does_no_harm()
    {
        await using var world = await FaultWorld.Begin(Server, gangs: 3, workers: 3);
        await using var first = await GatewayLife.Begin(world, "first", 1);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Its effects are on their way for longer than its lease lasts, and arrive then.
        first.Faults = request => request.IsWrite && first.Writes > 6
            ? Hold(request, held)
            : null;
        await held.Task.WaitAsync(TimeSpan.FromMinutes(3));
        await using var second = await GatewayLife.Begin(world, "second", 2);

        await Eventually.True(() => Task.FromResult(second.Leader.Epoch is not null), "the second leads", TimeSpan.FromMinutes(3));
        Assert.True(second.Leader.Epoch > 0);
        await world.AllRunWhole();
        Assert.Null(first.Leader.Epoch);
    }

    private static Fault Hold(ProxiedRequest request, TaskCompletionSource held)
    {
        held.TrySetResult();
        return new Fault { Delay = TimeSpan.FromSeconds(request.IsBind ? 10 : 8) };
    }

    private static Fault? Draw(Random random) => random.Next(10) switch
    {
        0 or 1 => new Fault { Cut = CutAt.After },
        2 => new Fault { Cut = CutAt.Before },
        3 => new Fault { Status = HttpStatusCode.InternalServerError },
        4 => new Fault { Status = HttpStatusCode.TooManyRequests, RetryAfter = TimeSpan.FromSeconds(1) },
        5 => new Fault { Delay = TimeSpan.FromMilliseconds(random.Next(20, 400)) },
        6 => new Fault { CutAfterBytes = random.Next(1, 4000) },
        _ => null,
    };

    private static async Task Until(Func<bool> done)
    {
        while (!done())
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
