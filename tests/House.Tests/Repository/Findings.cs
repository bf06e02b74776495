namespace House.Tests.Repository;

/// <summary>Fails with every finding at once, one a line: a rule that reports one case at a time costs a run for each.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings, string rule)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{rule}\n  {string.Join("\n  ", all)}");
    }
}
