namespace EndToEnd.Tests.Support;

/// <summary>A folder for one test, removed after it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleans-scheduler-e2e-").FullName;

    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>Every <paramref name="step"/>th node of the openb inventory: small enough that jobs have to wait for each other.</summary>
    public string EveryNthNode(int step)
    {
        var lines = File.ReadAllLines(Built.OpenbNodes);
        var file = System.IO.Path.Combine(Path, "openb.csv");
        File.WriteAllLines(file, lines.Where((_, index) => index == 0 || index % step == 0));
        return file;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A killed process may still be letting go of its files; the folder is in the temporary folder.
        }
    }
}
