using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Scaling;

namespace Scheduling.Tests.Pools;

/// <summary>What came into a pool, done again on another, is decided the same; and what a journal gives back is the same pool.</summary>
public sealed class RedoTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private static string Text(object what) => JsonSerializer.Serialize(what, Json);

    private static PoolMachine New() => new(new PoolId("p"), new PoolLimits());

    [Fact]
    public void All_that_came_in_decided_again_gives_the_same_entries_and_read_back_the_same_pool()
    {
        var kinds = Enumerable.Range(1, 3).SelectMany(Live).ToHashSet();
        foreach (var kind in Enum.GetValues<PoolEntryKind>().Except([PoolEntryKind.LedgerSaved, PoolEntryKind.ClaimConfirmed]))
        {
            Assert.Contains(kind, kinds);
        }
    }

    private static IEnumerable<PoolEntryKind> Live(int seed)
    {
        var random = new Random(seed);
        var (live, again) = (New(), New());
        List<PoolEntry> journal = [];
        var world = new World(live, random);
        live.BeginEpoch(Specs.Start);
        again.BeginEpoch(Specs.Start);
        for (var step = 0; step < 1000; step++)
        {
            world.Step(step);
            var made = live.TakeEntries();
            journal.AddRange(made);
            if (step % 10 == 9 || step == 999)
            {
                List<PoolEntry> redone = [];
                foreach (var entry in journal.Skip(world.Redone))
                {
                    Assert.Equal(PoolMachine.CameIn(entry), again.Redo(entry));
                    redone.AddRange(again.TakeEntries());
                }

                Assert.Equal(journal.Skip(world.Redone == 0 ? 1 : world.Redone).Select(e => Text(e)), redone.Skip(world.Redone == 0 ? 1 : 0).Select(e => Text(e)));
                world.Redone = journal.Count;
            }
        }

        var (replayed, restored) = (New(), New());
        journal.ForEach(replayed.Replay);
        restored.Restore(live.ToSnapshot());
        Assert.Equal(Text(live.ToSnapshot()), Text(again.ToSnapshot()));
        Assert.Equal(Text(live.ToSnapshot()), Text(replayed.ToSnapshot()));
        Assert.Equal(Text(live.ToSnapshot()), Text(restored.ToSnapshot()));
        Assert.True(world.Promised > 3, $"{world.Promised} promises");
        return journal.Select(e => e.Kind);
    }

    [Fact]
    public void What_was_decided_and_a_new_activation_are_no_news_and_change_nothing()
    {
        var pool = New();
        pool.BeginEpoch();
        pool.TakeEntries();
        foreach (var kind in new[] { PoolEntryKind.ClaimMade, PoolEntryKind.ClaimDropped, PoolEntryKind.EpochBegan, PoolEntryKind.LedgerSaved, PoolEntryKind.Planned })
        {
            Assert.False(pool.Redo(new PoolEntry { Kind = kind, At = Specs.Start }));
        }

        Assert.Empty(pool.TakeEntries());
        Assert.Equal(1, pool.Epoch);
        Assert.Throws<InvalidOperationException>(() => pool.Redo(new PoolEntry { Kind = (PoolEntryKind)99 }));
        Assert.Throws<InvalidOperationException>(() => pool.Replay(new PoolEntry { Kind = (PoolEntryKind)99 }));
    }

    /// <summary>Everything that can happen to a pool, at random.</summary>
    private sealed class World(PoolMachine pool, Random random)
    {
        private readonly long[] _versions = new long[2];
        private DateTimeOffset _now = Specs.Start;
        private long _settings;

        /// <summary>So many entries were done again.</summary>
        public int Redone { get; set; }

        public int Promised { get; private set; }

        public void Step(int step)
        {
            var job = new JobId($"j{random.Next(30)}");
            var known = pool.FindJob(job);
            switch (step < 2 ? 13 : random.Next(15))
            {
                case 0 or 1 or 2:
                    pool.Enqueue(new AttemptId(job, (known?.Id.Number ?? 0) + 1), Spec(), _now);
                    break;
                case 3 or 4:
                    pool.Plan(random.Next(1, 5));
                    break;
                case 5 or 6 when known is { Stage: AttemptStage.Placing }:
                    pool.Commit(known.Ref);
                    break;
                case 7 when known is { Stage: AttemptStage.Placing }:
                    pool.BeginUndo(known.Ref);
                    pool.Abort(known.Ref, random.Next(2) == 0 ? null : new QuotaRefusal { Path = known.Spec.Quota, Resource = "gpu", Limit = 9, Used = 9, Asked = 9, OthersMayFit = random.Next(2) == 0 });
                    break;
                case 8 when known is not null && random.Next(3) == 0:
                    pool.End(known.Id, comesBack: random.Next(2) == 0);
                    break;
                case 9:
                    foreach (var over in pool.TakeFreeing())
                    {
                        pool.Free(over.Ref);
                    }

                    break;
                case 10 or 11:
                    _now += TimeSpan.FromSeconds(random.Next(900));
                    pool.Advance(_now);
                    pool.PlanClaims();
                    Promised = Math.Max(Promised, 0) + pool.Promises.Count;
                    break;
                case 12 when known is not null:
                    pool.Stop(random.Next(4) == 0 ? known.Id : default);
                    pool.Checkpoint(known.Id, random.Next(2) == 0 ? null : _now.AddMinutes(1));
                    pool.Checkpointed(known.Id, _now);
                    break;
                case 13:
                    var rack = step < 2 ? step : random.Next(2);
                    pool.SeeRack(Specs.Rack($"r{rack}", nodes: 3, version: ++_versions[rack], schedulable: random.Next(4) == 0 ? 0b101UL : 0b111UL));
                    break;
                case 14:
                    Rare();
                    break;
            }
        }

        private void Rare()
        {
            switch (random.Next(6))
            {
                case 0:
                    pool.SetLevels(new CohortLevels { Cohort = "c", Version = ++_settings, Levels = [new LevelShare(new QuotaPath($"c/t{random.Next(2)}"), random.Next(1, 4), [])] });
                    break;
                case 1:
                    pool.AskQuotaAgain();
                    break;
                case 2:
                    pool.QuotaFreed(new QuotaPath($"c/t{random.Next(2)}/u"));
                    break;
                case 3 or 4:
                    pool.SetEarmarks([.. pool.WithoutRoom(2, out _).Select(a => new MachineEarmark
                    {
                        For = a.Id, Until = _now.AddMinutes(random.Next(-1, 40)), Nodes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new NodeId($"r{random.Next(3)}-n{random.Next(3)}"))],
                    })]);
                    break;
                default:
                    pool.AttachClaims();
                    break;
            }
        }

        private JobSpec Spec() => Specs.Job(random.Next(1, 4), random.Next(3) == 0 ? 8 : random.Next(1, 9), priority: random.Next(3) * 100, tenant: $"t{random.Next(2)}") with
        {
            TimeLimit = random.Next(2) == 0 ? null : TimeSpan.FromMinutes(random.Next(1, 600)),
            Checkpoint = random.Next(2) == 0 ? new CheckpointRule() : null,
            Origin = random.Next(8) == 0 ? new JobOrigin { Set = new JobId("svc"), Kind = OriginKind.Replica, Index = 0 } : null,
        };
    }
}
