namespace Silo.Storage;

/// <summary>How many rows one call may ask for: more than these are cut, fewer than one is one.</summary>
internal static class JobIndexLimits
{
    public static int Page(int asked) => Math.Clamp(asked, 1, 1000);

    public static int Scan(int asked) => Math.Clamp(asked, 1, 10_000);
}
