using System.Globalization;
using System.IO.Compression;

namespace EndToEnd.Tests.Support;

/// <summary>One row of the published pod list.</summary>
internal sealed record OpenbPod(string Name, long CpuMilli, long MemoryMiB, int Gpus, int GpuMilli, string GpuModels)
{
    public static IEnumerable<OpenbPod> Read()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Built.OpenbPods), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            yield return new OpenbPod(cells[0], Number(cells[1]), Number(cells[2]), (int)Number(cells[3]), (int)Number(cells[4]), cells[5]);
        }
    }

    private static long Number(string cell) => cell.Length == 0 ? 0 : long.Parse(cell, CultureInfo.InvariantCulture);
}
