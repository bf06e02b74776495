using System.Globalization;

namespace Scheduling.Tests.Placement;

public sealed class LivedIndexTests
{
    public static TheoryData<string, int> Lives => new(
        from kind in new[] { "small", "wide", "many", "kinds", "shapes", "ruled", "ruled", "big", "huge", "BestFit", "DotProd", "FGD", "Foresight", "GpuClustering", "GpuPacking" }.Index()
        from number in Enumerable.Range(0, kind.Item is "small" or "ruled" or "big" ? 3 : kind.Item == "huge" ? 1 : 2)
        select (kind.Item, (kind.Index * 100) + number));

    [Theory]
    [MemberData(nameof(Lives))]
    public void Whatever_happened_to_an_index_it_answers_as_one_made_just_now_and_as_it_did_when_it_was_written_down(string kind, int number)
    {
        var life = new PlacementLife(kind, number);
        life.Live(kind == "huge" ? 12 : 60);
        Records.Check("Placement", $"life {kind} {number}", string.Create(CultureInfo.InvariantCulture, $"{life.Placed} placed, {life.Refused} refused, {life.Sum:x16}"));
    }
}
