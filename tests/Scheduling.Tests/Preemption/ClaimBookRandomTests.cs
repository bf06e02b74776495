using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>Random operations on a claim book and its index, against a table with an owner and a promise for every GPU.</summary>
public sealed class ClaimBookRandomTests
{
    [Fact]
    public void The_book_agrees_with_a_table_of_owners_over_random_operations()
    {
        for (var seed = 0; seed < Ops.Of(60); seed++) new Run(seed, gpuOnly: true).Steps(400);
    }

    [Fact]
    public void With_cpu_memory_devices_fractions_and_spares_nothing_is_promised_twice_and_all_of_it_comes_back()
    {
        for (var seed = 0; seed < Ops.Of(60); seed++) new Run(1000 + seed, gpuOnly: false).Steps(300);
    }

    private sealed class Run
    {
        private readonly Random random;
        private readonly RandomPool pool;
        private readonly bool gpuOnly;
        private readonly PlacementIndex index = new();
        private readonly ClaimBook book;
        private readonly Dictionary<string, RackView> views = [];
        private readonly Dictionary<AttemptId, (GangPlacement Placement, GangRequest Request)> live = [];
        private readonly Dictionary<AttemptId, (Claim Claim, GangRequest Request)> claims = [];
        private int next;

        public Run(int seed, bool gpuOnly)
        {
            random = new Random(seed);
            pool = new RandomPool(random, gpuOnly ? null : new Random(seed));
            this.gpuOnly = gpuOnly;
            book = new ClaimBook(index, maxClaims: 6);
            foreach (var spec in pool.Racks()) Set(new RackView { Spec = gpuOnly ? spec : spec with { Spares = random.Next(3) }, Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 });
        }

        public void Steps(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                switch (random.Next(12))
                {
                    case < 4: Place(); break;
                    case < 6: Release(); break;
                    case < 8: Claim(); break;
                    case 8: Complete(); break;
                    case 9: Drop(); break;
                    case 10: Backfill(); break;
                    default: Change(); break;
                }

                book.CheckInvariants();
                if (gpuOnly) Compare();
            }

            foreach (var claim in book.Claims.ToList()) book.Drop(claim.For);
            foreach (var attempt in live.Values) index.Release(attempt.Placement, attempt.Request.Roles);
            var totals = index.Totals;
            Assert.Equal(totals.SchedulableGpus, totals.FreeWholeGpus);
            var empty = new PlacementIndex();
            foreach (var view in views.Values) empty.SetRack(view);
            Assert.Equal(empty.Totals, totals);
            Assert.Equal(empty.Extended, index.Extended);
        }

        private void Place()
        {
            var request = Request();
            if (index.TryPlace(request) is PlacementAnswer.Placed placed) Keep(placed.Placement, request);
        }

        private void Release()
        {
            if (live.Count == 0) return;
            var attempt = live.Keys.ElementAt(random.Next(live.Count));
            live.Remove(attempt, out var gone);
            index.Release(gone.Placement, gone.Request.Roles);
            foreach (var slice in gone.Placement.Racks) book.OnFreed(slice.Rack);
        }

        private void Claim()
        {
            var request = Request();
            GangPlacement? target;
            using (var trial = index.BeginTrial())
            {
                foreach (var victim in live.Values.Where(_ => random.Next(3) == 0)) trial.Release(victim.Placement, victim.Request.Roles);
                target = trial.TryPlace(request);
            }

            if (target is null) return;
            var claim = new Claim
            {
                For = new AttemptId(new JobId($"c{next++}"), 1),
                Target = target,
                Roles = request.Roles,
                Kind = (ClaimKind)random.Next(2),
                StartAt = Crowd.Now.AddHours(random.Next(5)),
            };
            var waiting = claims.Values.Any(c => Gpus(c.Claim.Target).Any(g => Gpus(target).Any(t => t.Rack == g.Rack && t.Slot == g.Slot) && Owner(g) is not null));
            var shared = claims.Values.Any(c => Gpus(c.Claim.Target).Intersect(Gpus(target)).Any());
            var answer = book.Make(claim);
            if (answer is ClaimAnswer.Made) claims.Add(claim.For, (claim, request));
            if (gpuOnly && claims.Count < 6 && (shared || !waiting)) Assert.Equal(shared, answer is ClaimAnswer.Overlaps);
            if (claims.Count > 6) Assert.Fail("more claims than the limit");
        }

        private void Complete()
        {
            foreach (var (attempt, (claim, request)) in claims.ToList())
            {
                var broken = book.Broken.Any(c => c.For == attempt);
                if (gpuOnly) Assert.Equal(!broken && Gpus(claim.Target).All(g => Owner(g) is null), book.IsComplete(attempt));
                if (book.TryComplete(attempt) is null) continue;
                claims.Remove(attempt);
                Keep(claim.Target, request, attempt);
                return;
            }
        }

        private void Drop()
        {
            if (claims.Count == 0) return;
            var attempt = claims.Keys.ElementAt(random.Next(claims.Count));
            Assert.NotNull(book.Drop(attempt));
            claims.Remove(attempt);
        }

        private void Backfill()
        {
            var request = Request();
            var from = Crowd.Now.AddHours(random.Next(5));
            if (book.WithBackfill(from, () => index.TryPlace(request)) is not PlacementAnswer.Placed placed) return;
            var kept = claims.Values.Where(c => c.Claim.Kind == ClaimKind.Evict || c.Claim.StartAt < from).SelectMany(c => Gpus(c.Claim.Target));
            if (gpuOnly) Assert.Empty(kept.Intersect(Gpus(placed.Placement)));
            Keep(placed.Placement, request);
        }

        /// <summary>A rack is seen anew, with or without a node that takes work, or goes and comes back.</summary>
        private void Change()
        {
            var view = views.Values.ElementAt(random.Next(views.Count));
            var rack = view.Spec.Rack;
            view = view with { Schedulable = random.Next(2) == 0 ? ulong.MaxValue : ~(1UL << random.Next(8)) };
            if (random.Next(2) == 0)
            {
                views[rack.Value] = view;
                index.SetSchedulable(rack, view.Schedulable);
                book.OnSchedulable(rack);
            }
            else
            {
                Set(view);
            }

            var broken = claims.Keys.Where(a => claims[a].Claim.Target.Racks.Any(s => s.Workers.Any(w => (views[s.Rack.Value].Schedulable >> w.Slot & 1) == 0)));
            Assert.Equal(broken.Order(Comparer<AttemptId>.Create((a, b) => a.Job.CompareTo(b.Job))), book.Broken.Select(c => c.For).Order(Comparer<AttemptId>.Create((a, b) => a.Job.CompareTo(b.Job))));
        }

        private void Set(RackView view)
        {
            views[view.Spec.Rack.Value] = view;
            var allocations = live.SelectMany(l => l.Value.Placement.Racks.Where(s => s.Rack == view.Spec.Rack).Select(s => new RackAllocation
            {
                Attempt = l.Key, Committed = true, Plan = 1, Workers = s.Workers, Shapes = [.. l.Value.Request.Roles.Select(r => r.Shape)],
            }));
            if (random.Next(4) == 0) index.RemoveRack(view.Spec.Rack);
            index.SetRack(view with { Allocations = [.. allocations] });
            book.Reattach(view.Spec.Rack);
        }

        private void Keep(GangPlacement placement, GangRequest request, AttemptId? attempt = null) =>
            live.Add(attempt ?? new AttemptId(new JobId($"j{next++}"), 1), (placement, request));

        private AttemptId? Owner((RackId Rack, int Slot, int Gpu) gpu)
        {
            foreach (var (attempt, (placement, _)) in live)
                if (Gpus(placement).Contains(gpu)) return attempt;
            return null;
        }

        /// <summary>Free is what nobody owns and nobody was promised, rack by rack; and no GPU has two owners.</summary>
        private void Compare()
        {
            var owned = live.Values.SelectMany(l => Gpus(l.Placement)).ToList();
            var promised = claims.Values.SelectMany(c => Gpus(c.Claim.Target)).ToList();
            Assert.Equal(owned.Count, owned.Distinct().Count());
            Assert.Equal(promised.Count, promised.Distinct().Count());
            var taken = owned.Union(BrokenAside(promised)).ToHashSet();
            foreach (var rack in index.Racks)
            {
                var view = views[rack.Rack.Value];
                var free = view.Spec.Nodes.Select((n, slot) => (n, slot)).Where(n => (view.Schedulable >> n.slot & 1) != 0)
                    .Sum(n => Enumerable.Range(0, n.n.Gpus).Count(g => !taken.Contains((rack.Rack, n.slot, g))));
                Assert.Equal(free, rack.FreeWholeGpus);
            }
        }

        /// <summary>On nodes that take no new work free GPUs are not counted anyway.</summary>
        private IEnumerable<(RackId Rack, int Slot, int Gpu)> BrokenAside(IEnumerable<(RackId Rack, int Slot, int Gpu)> gpus) =>
            gpus.Where(g => (views[g.Rack.Value].Schedulable >> g.Slot & 1) != 0);

        private static IEnumerable<(RackId Rack, int Slot, int Gpu)> Gpus(GangPlacement placement) =>
            placement.Racks.SelectMany(s => s.Workers.SelectMany(w => Enumerable.Range(0, 64).Where(g => (w.Gpus >> g & 1) != 0).Select(g => (s.Rack, w.Slot, g))));

        private GangRequest Request()
        {
            if (!gpuOnly) return pool.Request(2);
            return TextPool.Gang(random.Next(1, 6), TextPool.Shape(1 << random.Next(4)), (TopologyLevel)(random.Next(2) * random.Next(2, 4)));
        }
    }
}
