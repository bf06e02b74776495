using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Leadership;
using Grains.Nodes;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>
/// Makes what the grains know of machines agree with a node source, as a whole and again and again: a lost call is repaired by the
/// next pass. Racks first, because jobs wait for them; single nodes after, few at a time, and only those that differ from what
/// they were last told. Now and then it speaks of all: a node grain forgets a ready machine with its activation, and goes on
/// with a drain only once it is active again.
/// </summary>
internal sealed class NodeReconciler(
    INodeSource source, INodeSink sink, ReconcileOptions options, TimeProvider time, ILogger<NodeReconciler> logger, ILeader? leader = null)
    : BackgroundService
{
    private readonly ILeader _leader = leader ?? SoleLeader.Instance;
    private readonly ConcurrentDictionary<NodeId, NodeObservation> _told = new();
    private long _toldSince = time.GetTimestamp();
    private int _failures;

    /// <summary>Pass after pass, on the scheduler of whoever calls it.</summary>
    internal async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _leader.Changed;
            if (_leader.Epoch is null)
            {
                // Another may have told of other things meanwhile.
                _told.Clear();
                await Task.WhenAny(changed, Pause.For(options.NodesEvery, time, cancellationToken));
                continue;
            }

            await Pause.For(await PassSafely(cancellationToken), time, cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Run(stoppingToken);

    /// <summary>One pass. Answers how many calls failed; they are made again by the next pass.</summary>
    /// <exception cref="InventoryException">The source gave nothing that could be used: nothing was changed.</exception>
    internal async Task<int> Pass(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_toldSince) >= options.AllNodesEvery)
        {
            _toldSince = time.GetTimestamp();
            _told.Clear();
        }

        // 1. The world as a whole. An unreadable or empty inventory changes nothing: it may be a fault of the source.
        var inventory = await source.Read(cancellationToken);
        if (inventory.Racks.IsEmpty)
        {
            throw new InventoryException($"{source.Name} has no nodes at all. If that is meant, remove the backend; otherwise check its inventory.");
        }

        // 2. Pools before racks: a rack speaks to its pool.
        var epoch = _leader.MustLead();
        foreach (var pool in inventory.Pools)
        {
            await sink.AddPool(pool);
        }

        // 3. Racks, in parallel.
        var failed = await Offer(inventory.Racks, epoch, cancellationToken);

        // 4. Racks that are no longer there.
        failed += await Retire(inventory, epoch, cancellationToken);

        // 5. Nodes, at leisure.
        failed += await Observe(inventory, epoch, cancellationToken);
        BackendLog.Offered(logger, source.Name, inventory.Racks.Length, inventory.Racks.Sum(r => r.Nodes.Length), inventory.Pools.Length);
        return failed;
    }

    private async Task<TimeSpan> PassSafely(CancellationToken cancellationToken)
    {
        try
        {
            _failures = await Pass(cancellationToken) > 0 ? _failures + 1 : 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (NotLeadingException)
        {
            return TimeSpan.Zero;
        }
#pragma warning disable CA1031 // Whatever broke, the next pass starts from the whole again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures++;
            BackendLog.InventoryFailed(logger, e, source.Name, options.Backoff(_failures));
        }

        return _failures == 0 ? options.NodesEvery : options.Backoff(_failures);
    }

    private async Task<int> Offer(ImmutableArray<RackSpec> racks, long epoch, CancellationToken cancellationToken)
    {
        var failed = 0;
        await Bounded.ForEach(racks, options.OfferConcurrency, async rack =>
        {
            _leader.MustStillLead(epoch);
            try
            {
                await sink.Offer(rack);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
                BackendLog.OfferFailed(logger, e, rack.Rack);
            }
        }, cancellationToken);
        return failed;
    }

    private async Task<int> Retire(ClusterInventory inventory, long epoch, CancellationToken cancellationToken)
    {
        var present = inventory.Racks.Select(r => r.Rack).ToHashSet();
        var gone = new List<RackSpec>();
        foreach (var pool in inventory.Pools)
        {
            foreach (var rack in (await sink.KnownRacks(pool, cancellationToken)).Where(r => !present.Contains(r)))
            {
                BackendLog.Retired(logger, rack, source.Name);
                gone.Add(new RackSpec { Rack = rack, Block = "", Nodes = [] });
            }
        }

        return await Offer([.. gone], epoch, cancellationToken);
    }

    private async Task<int> Observe(ClusterInventory inventory, long epoch, CancellationToken cancellationToken)
    {
        var news = inventory.Racks
            .SelectMany(r => r.Nodes, (r, n) => new NodeObservation { Rack = r.Rack, Spec = n, Ready = !inventory.NotReady.Contains(n.Name) })
            .Where(o => !_told.TryGetValue(o.Spec.Name, out var told) || told != o);
        var failed = 0;
        Exception? last = null;
        await Bounded.ForEach([.. news], options.ObserveConcurrency, async observation =>
        {
            _leader.MustStillLead(epoch);
            try
            {
                await sink.Observe(observation);
                _told[observation.Spec.Name] = observation;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                last = e;
                Interlocked.Increment(ref failed);
            }
        }, cancellationToken);
        if (last is not null)
        {
            BackendLog.ObserveFailed(logger, last, failed);
        }

        return failed;
    }
}
