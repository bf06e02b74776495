using System.Xml.Linq;
using House.Tests.Repository;

namespace House.Tests;

/// <summary>One place for versions, a lock file for each project, and no package that nobody uses.</summary>
public sealed class PackageTests
{
    private static readonly XDocument Central = XDocument.Parse(Repo.Read("Directory.Packages.props"));

    [Fact]
    public void Versions_stand_only_in_Directory_Packages_props() =>
        Findings.None(
            from file in Repo.Files
            where Path.GetExtension(file) is ".csproj" or ".props" or ".targets" && file != "Directory.Packages.props"
            from element in XDocument.Parse(Repo.Read(file)).Descendants()
            where element.Name.LocalName is "PackageReference" or "PackageVersion"
            where element.Attribute("Version") is not null || element.Attribute("VersionOverride") is not null || element.Name.LocalName == "PackageVersion"
            select $"{file}: {element}",
            "Put the version into Directory.Packages.props.");

    [Fact]
    public void Every_package_that_is_used_has_a_version_of_its_own() =>
        Findings.None(Used().Where(p => Versions().All(v => v.Id != p.Id)).Select(p => $"{p.File}: {p.Id}"), "Directory.Packages.props does not know these.");

    [Fact]
    public void No_package_has_two_versions() =>
        Findings.None(Versions().GroupBy(v => v.Id).Where(g => g.Count() > 1).Select(g => g.Key), "One version for each package.");

    [Fact]
    public void Versions_are_exact() =>
        Findings.None(
            Versions().Where(v => v.Version != "$(OrleansVersion)" && !System.Text.RegularExpressions.Regex.IsMatch(v.Version, @"^\d+\.\d+\.\d+(\.\d+)?(-[\w.]+)?$")).Select(v => $"{v.Id} {v.Version}"),
            "No ranges and no wildcards: the same build everywhere.");

    [Fact]
    public void Every_project_has_a_lock_file() =>
        Findings.None(
            from project in Project.All
            where !Repo.Exists($"{project.Folder}/packages.lock.json")
            select project.Path,
            "dotnet restore writes packages.lock.json; commit it.");

    [Fact]
    public void The_lock_files_hold_the_central_versions()
    {
        var wanted = Versions().ToDictionary(v => v.Id, v => v.Version, StringComparer.OrdinalIgnoreCase);
        Findings.None(
            from project in Project.All
            let path = $"{project.Folder}/packages.lock.json"
            where Repo.Exists(path)
            from framework in System.Text.Json.JsonDocument.Parse(Repo.Read(path)).RootElement.GetProperty("dependencies").EnumerateObject()
            from package in framework.Value.EnumerateObject()
            where package.Value.TryGetProperty("resolved", out _) && wanted.ContainsKey(package.Name)
            let resolved = package.Value.GetProperty("resolved").GetString()
            where resolved != wanted[package.Name]
            select $"{path}: {package.Name} {resolved}, wanted {wanted[package.Name]}",
            "Restore again and commit the lock files.");
    }

    [Fact]
    public void There_is_one_source_of_packages()
    {
        var sources = XDocument.Parse(Repo.Read("nuget.config")).Root!.Element("packageSources")!;

        Assert.NotNull(sources.Element("clear"));
        Assert.Single(sources.Elements("add"));
    }

    private static IEnumerable<(string Id, string Version)> Versions() =>
        Central.Descendants("PackageVersion").Select(e => (e.Attribute("Include")!.Value, e.Attribute("Version")!.Value));

    private static IEnumerable<(string File, string Id)> Used() =>
        from file in Repo.Files
        where Path.GetExtension(file) is ".csproj" or ".props" or ".targets"
        from element in XDocument.Parse(Repo.Read(file)).Descendants("PackageReference")
        where element.Attribute("Include") is not null
        select (file, element.Attribute("Include")!.Value);
}
