using System.Globalization;
using System.Text;

namespace Silo.Tests.Durability;

/// <summary>Lines "name number", each on the disk before <see cref="Add"/> returns.</summary>
internal sealed class AckFile(string path) : IAsyncDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    private readonly SemaphoreSlim _one = new(1);

    public async Task Add(string name, long number)
    {
        var line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {number}\n"));
        await _one.WaitAsync();
        try
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The highest acknowledged number of each name, and how many lines there are.</summary>
    public static (Dictionary<string, long> Highest, int Lines) Read(string path)
    {
        var highest = new Dictionary<string, long>();
        var lines = 0;
        // What follows the last newline was being written when the process died.
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ');
            highest[parts[0]] = Math.Max(highest.GetValueOrDefault(parts[0]), long.Parse(parts[1], CultureInfo.InvariantCulture));
            lines++;
        }

        return (highest, lines);
    }

    public ValueTask DisposeAsync()
    {
        _one.Dispose();
        return _file.DisposeAsync();
    }
}
