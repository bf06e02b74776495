using System.Globalization;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Where random gangs go on random pools that fill up and empty again: see <see cref="Records"/>.</summary>
public sealed class PlacementRecordTests
{
    public static TheoryData<string, int> Stories => new(
        from kind in new[] { "plain", "ruled", "large" }
        from number in Enumerable.Range(0, kind == "large" ? 2 : 6)
        select (kind, number));

    [Theory]
    [MemberData(nameof(Stories))]
    public void Gangs_go_where_they_went_when_it_was_written_down(string kind, int number)
    {
        var (placed, refused, sum) = (0, 0, 0UL);
        for (var pool = 0; pool < (kind == "large" ? 2 : 6); pool++)
        {
            var random = new Random((number * 100) + pool + (kind == "ruled" ? 5_000 : kind == "large" ? 9_000 : 0));
            var make = new RandomPool(random);
            var index = new PlacementIndex();
            foreach (var spec in kind == "large" ? Large(make) : make.Racks().Select(r => kind == "ruled" ? Ruled(random, r) : r))
                index.SetRack(new RackView { Spec = spec, Schedulable = random.Next(4) == 0 ? ~(1UL << random.Next(4)) : ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 });
            var live = new List<(GangPlacement Placement, GangRequest Request)>();
            for (var step = 0; step < 60; step++)
            {
                if (live.Count > 0 && random.Next(3) == 0)
                {
                    var at = random.Next(live.Count);
                    index.Release(live[at].Placement, live[at].Request.Roles);
                    live.RemoveAt(at);
                    continue;
                }

                var request = kind == "ruled" ? Ruled(random, make.Request(2)) : make.Request(kind == "large" ? 1 : 3);
                sum = Records.Sum(sum, index.CouldFitNow(request) ? "+" : "-");
                switch (index.TryPlace(request))
                {
                    case PlacementAnswer.Placed answer:
                        placed++;
                        live.Add((answer.Placement, request));
                        sum = Records.Sum(sum, string.Join(' ', answer.Placement.Racks.Select(r => $"{r.Rack}:{string.Join(',', r.Workers)}")));
                        break;
                    case PlacementAnswer.NoRoom { Why: var why }:
                        refused++;
                        sum = Records.Sum(sum, why.Message);
                        break;
                    case PlacementAnswer.Never { Why: var never }:
                        refused++;
                        sum = Records.Sum(sum, never.Message);
                        break;
                }
            }

            sum = Records.Sum(sum, $"{index.Totals} {string.Join(' ', index.Racks)}");
        }

        Records.Check("Placement", $"{kind} {number}", string.Create(CultureInfo.InvariantCulture, $"{placed} placed, {refused} refused, {sum:x16}"));
    }

    private static IEnumerable<RackSpec> Large(RandomPool make) => Enumerable.Range(0, 40).Select(r => make.Rack($"b{r / 8}", $"r{r:d2}", 18, uniform: r % 3 > 0));

    private static RackSpec Ruled(Random random, RackSpec rack) => rack with
    {
        Spares = random.Next(3) == 0 ? random.Next(1, 3) : 0,
        Nodes = [.. rack.Nodes.Select((n, i) => n with { Domain = $"d{i / 3}", Tenants = random.Next(8) == 0 ? [new TenantId("acme")] : [] })],
    };

    private static GangRequest Ruled(Random random, GangRequest request)
    {
        TopologyLevel Level() => TopologyLevels.FromTightest[random.Next(4)];
        var size = random.Next(1, 4);
        return request with
        {
            Roles =
            [
                .. request.Roles.Select(r => r with
                {
                    Count = size * Math.Max(1, r.Count / size / 2), Slices = random.Next(2) == 0 ? new SliceRule { Size = size, Level = Level() } : null,
                    AntiAffinity = random.Next(3) == 0 ? new AntiAffinityRule { Level = Level(), MaxPerDomain = random.Next(1, 4) } : null,
                }),
            ],
            Topology = new TopologyRule { Required = random.Next(2) == 0 ? TopologyLevel.None : Level(), Preferred = TopologyLevels.FromTightest[random.Next(5)] },
            Tenant = new TenantId(random.Next(2) == 0 ? "acme" : "other"),
            MayUseSpares = random.Next(4) == 0,
        };
    }
}
