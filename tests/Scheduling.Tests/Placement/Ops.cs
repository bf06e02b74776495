using System.Globalization;

namespace Scheduling.Tests.Placement;

/// <summary>How long random tests are: SCHEDULING_PLACEMENT_OPS=20 makes them twenty times as long, 0.1 a tenth, which is enough to notice a mutant.</summary>
internal static class Ops
{
    private static readonly double Scale = double.Parse(Environment.GetEnvironmentVariable("SCHEDULING_PLACEMENT_OPS") ?? "1", CultureInfo.InvariantCulture);

    public static int Of(int times) => Math.Max(1, (int)(times * Scale));
}
