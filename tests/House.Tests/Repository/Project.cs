using System.Xml.Linq;

namespace House.Tests.Repository;

/// <summary>One project file, read as XML.</summary>
internal sealed class Project
{
    private Project(string path)
    {
        Path = path;
        Folder = path[..path.LastIndexOf('/')];
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        Xml = XDocument.Parse(Repo.Read(path));
    }

    public static IReadOnlyList<Project> All { get; } =
        [.. Repo.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).Select(f => new Project(f))];

    public string Path { get; }

    public string Folder { get; }

    public string Name { get; }

    public XDocument Xml { get; }

    /// <summary>Names of the projects that it references itself.</summary>
    public IEnumerable<string> References =>
        Xml.Descendants("ProjectReference").Select(r => System.IO.Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!.Value.Replace('\\', '/')));

    public IEnumerable<XElement> Packages => Xml.Descendants("PackageReference");

    public static Project Named(string name) => All.Single(p => p.Name == name);

    public static bool Is(string name) => All.Any(p => p.Name == name);
}
