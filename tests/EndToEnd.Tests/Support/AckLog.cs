using System.Text;

namespace EndToEnd.Tests.Support;

/// <summary>The client's own list of what the server acknowledged, on disk before the client goes on: the side that must not be wrong.</summary>
internal sealed class AckLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    public AckLog(string path) => _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);

    public void Write(string key, string job)
    {
        lock (_lock)
        {
            _file.Write(Encoding.UTF8.GetBytes($"{key} {job}\n"));
            _file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Job by key, read back from disk.</summary>
    public IReadOnlyDictionary<string, string> Read() =>
        File.ReadAllLines(_file.Name).Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);

    public void Dispose() => _file.Dispose();
}
